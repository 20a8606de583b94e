import { expect, test } from "vitest";
import { addMonths, monthRows, weekdays } from "../src/fields/calendar";
import { datePattern, parseDate, parseNumber, parseTime, writeDate, writeNumber, writePercent, writeTime } from "../src/fields/typed";

const DATES = [
  ["en-GB", "DMY", "04/11/2026", "DD/MM/YYYY"],
  ["en-US", "DMY", "11/04/2026", "MM/DD/YYYY"],
  ["en-CA", "DMY", "2026-11-04", "YYYY-MM-DD"],
  ["de", "TMJ", "04.11.2026", "TT.MM.JJJJ"],
  ["fr", "JMA", "04/11/2026", "JJ/MM/AAAA"],
  ["es", "DMA", "04/11/2026", "DD/MM/AAAA"],
  ["nl", "DMJ", "04-11-2026", "DD-MM-JJJJ"],
] as const;

test.each(DATES)("%s: a date is written and read as there", (locale, letters, written, pattern) => {
  expect(writeDate("2026-11-04", locale)).toBe(written);
  expect(parseDate(written, locale)).toBe("2026-11-04");
  expect(datePattern(locale, letters)).toBe(pattern);
});

test.each([
  ["4.11.26", "de", "2026-11-04"],
  ["4 / 11 / 2026", "en-GB", "2026-11-04"],
  ["2026-11-04", "en-US", "2026-11-04"],
  ["29.2.2028", "de", "2028-02-29"],
  ["29.2.2027", "de", null],
  ["31/11/2026", "fr", null],
  ["13/11/2026", "en-US", null],
  ["4.11.", "de", null],
  ["today", "en-GB", null],
  ["4.11.202", "de", null],
  ["1.2.3.2026", "de", null],
] as const)("%s in %s is the day %s", (text, locale, date) => {
  expect(parseDate(text, locale)).toBe(date);
});

test.each([
  ["14:30", "14:30"],
  ["14.30", "14:30"],
  ["1430", "14:30"],
  ["7", "07:00"],
  ["7 Uhr", "07:00"],
  ["14h30", "14:30"],
  ["2:30 pm", "14:30"],
  ["2:30\u202fp.\u00a0m.", "14:30"],
  ["12 AM", "00:00"],
  ["12:05 PM", "12:05"],
  ["13 pm", null],
  ["24:00", null],
  ["7:60", null],
  ["seven", null],
] as const)("%s is the time %s", (text, time) => {
  expect(parseTime(text)).toBe(time);
});

test.each(["en-GB", "en-US", "de", "es", "fr", "nl"])("%s: a time is read as it is written, by either clock", (locale) => {
  for (const clock of ["auto", "12", "24"] as const)
    for (const time of ["00:00", "00:05", "09:30", "12:00", "12:59", "23:45"])
      expect([clock, parseTime(writeTime(time, locale, { clock, energy: "auto" }))]).toEqual([clock, time]);
});

test.each([
  ["0,5", "de", 0.5],
  ["0.5", "de", 0.5],
  ["0.5", "en-GB", 0.5],
  ["-12", "fr", -12],
  ["−12,25", "nl", -12.25],
  ["5.000", "de", null],
  ["5,000", "en-GB", null],
  ["0,5", "en-GB", null],
  ["1e5", "en-GB", null],
  ["", "de", null],
] as const)("%s in %s is the number %s", (text, locale, value) => {
  expect(parseNumber(text, locale)).toBe(value);
});

test("a number is written with all its digits and no thousands", () => {
  expect(writeNumber(48.858370001, "de")).toBe("48,858370001");
  expect(writeNumber(-12345.5, "en-GB")).toBe("-12345.5");
});

test("weeks begin as the language has them, and six of them show any month", () => {
  expect(weekdays("de").map((day) => new Date(day).getUTCDay())).toEqual([1, 2, 3, 4, 5, 6, 0]);
  for (const month of ["2026-02", "2026-11", "2027-08", "2028-02"]) {
    const days = monthRows(`${month}-15`, "de").flat();
    expect(days).toHaveLength(42);
    const next = addMonths(`${month}-01`, 1);
    expect(days.filter((day) => day >= `${month}-01` && day < next).length).toBe(Math.round((Date.parse(next) - Date.parse(`${month}-01`)) / 86_400_000));
  }
});

test("a share is written as the language has it, whatever is left of it in binary", () => {
  expect(writePercent(10, "en-GB")).toBe("10%");
  expect(writePercent(57, "nl")).toBe("57%");
  expect(writePercent(28.5, "de")).toBe("28,5\u00a0%");
  expect([7, 29, 58, 99].map((share) => writePercent(share, "en"))).toEqual(["7%", "29%", "58%", "99%"]);
});
