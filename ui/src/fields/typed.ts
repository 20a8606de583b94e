/** Dates, times of day and numbers as a language writes them in a field, and back. */

import { buildFormat, USUAL, type Choices } from "../lib/format";

const MINUTE_MS = 60_000;

const datesOf = (locale: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(locale, { timeZone: "UTC", calendar: "gregory", year: "numeric", month: "2-digit", day: "2-digit" });

const partsOf = (locale: string): Intl.DateTimeFormatPart[] => datesOf(locale).formatToParts(Date.UTC(2033, 10, 22));

/** "22/11/2033" of "2033-11-22". */
export const writeDate = (date: string, locale: string): string => datesOf(locale).format(new Date(`${date}T00:00:00Z`));

/** How a date is written, such as "DD/MM/YYYY": `letters` are those of day, month and year. */
export function datePattern(locale: string, letters: string): string {
  const [day = "", month = "", year = ""] = letters;
  const shown: Partial<Record<string, string>> = { day: day.repeat(2), month: month.repeat(2), year: year.repeat(4) };
  return partsOf(locale)
    .map(({ type, value }) => shown[type] ?? value)
    .join("");
}

/** The day that is meant, such as "2033-11-22"; null where it is none. Years of two digits are of this century. */
export function parseDate(text: string, locale: string): string | null {
  const written = text.trim();
  if (/[^\d\s./\-‐,]/.test(written)) return null;
  const order = /^\d{4}\D/.test(written) ? ["year", "month", "day"] : partsOf(locale).map(({ type }) => type).filter((type) => type !== "literal");
  const numbers = written.match(/\d+/g) ?? [];
  if (numbers.length !== 3 || numbers.some((one) => one.length > 4)) return null;
  const of = (type: string): string => numbers[order.indexOf(type)] ?? "";
  const year = of("year").length === 2 ? `20${of("year")}` : of("year");
  const date = `${year}-${of("month").padStart(2, "0")}-${of("day").padStart(2, "0")}`;
  const at = new Date(`${date}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(date) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(date) ? date : null;
}

/** "2:30 pm" or "14:30" of "14:30". */
export function writeTime(time: string, locale: string, choices: Choices = USUAL): string {
  const minutes = minutesOf(time);
  return minutes === null ? time : buildFormat(locale, "UTC", choices).clock(minutes * MINUTE_MS);
}

/** Minutes after midnight of "14:30". */
export function minutesOf(time: string): number | null {
  const [, hours, minutes] = /^(\d\d):(\d\d)$/.exec(time) ?? [];
  return hours === undefined ? null : Number(hours) * 60 + Number(minutes);
}

export const timeOf = (minutes: number): string =>
  `${String(Math.floor(minutes / 60) % 24).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

/** "14:30" of "14.30", "2:30 p.m." or "1430"; null where it is no time of day. */
export function parseTime(text: string): string | null {
  const [, hours, minutes = "0", half] = /^\s*(\d{1,2})(?:\s*[:.hH ]?\s*(\d\d))?\s*(?:h|Uhr|uur)?\s*(?:([ap])\.?\s?m\.?)?\s*$/i.exec(text) ?? [];
  if (hours === undefined || Number(minutes) > 59) return null;
  const said = Number(hours);
  if (half === undefined) return said < 24 ? timeOf(said * 60 + Number(minutes)) : null;
  if (said < 1 || said > 12) return null;
  return timeOf(((said % 12) + (half.toLowerCase() === "p" ? 12 : 0)) * 60 + Number(minutes));
}

/** "0,5" of 0.5 where a comma is written. */
export const writeNumber = (value: number, locale: string): string =>
  new Intl.NumberFormat(locale, { useGrouping: false, maximumFractionDigits: 15 }).format(value);

/** "10 %" or "10%", as the language has it; all of its digits. */
export const writePercent = (value_pct: number, locale: string): string =>
  new Intl.NumberFormat(locale, { style: "percent", useGrouping: false, maximumFractionDigits: 15 }).format(value_pct / 100);

/** The number that is meant; null where it is none, or may be thousands as well as a fraction. */
export function parseNumber(text: string, locale: string): number | null {
  const written = text.trim().replace("−", "-");
  const point = writeNumber(0.5, locale).charAt(1);
  if (point !== "." && /^-?\d{1,3}\.\d{3}$/.test(written)) return null;
  const plain = point === "." ? written : written.replace(point, ".");
  return /^-?(\d+(\.\d*)?|\.\d+)$/.test(plain) ? Number(plain) : null;
}
