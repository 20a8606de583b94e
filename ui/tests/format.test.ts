import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ageOf, buildFormat, parseChoices, UNKNOWN, USUAL } from "../src/lib/format";

const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, " ");
const en = buildFormat("en-GB", "Europe/Paris");
const de = buildFormat("de-DE", "Europe/Paris");
const fr = buildFormat("fr-FR", "Europe/Paris");

describe("power", () => {
  test.each([
    [0, "0 W"],
    [-0.3, "0 W"],
    [-3.2, "−3 W"],
    [999.4, "999 W"],
    [999.6, "1.00 kW"],
    [-2185, "−2.19 kW"],
    [9994, "9.99 kW"],
    [9996, "10.0 kW"],
    [99_960, "100 kW"],
    [999_600, "1.00 MW"],
  ])("%f W reads %s", (value, text) => expect(plain(en.power(value))).toBe(text));

  test("unknown is a dash and has no unit", () => {
    expect(en.power(null)).toBe(UNKNOWN);
    expect(en.power(undefined)).toBe(UNKNOWN);
    expect(en.powerParts(Number.NaN)).toEqual({ value: UNKNOWN, unit: "" });
  });

  test("axis ticks carry no empty digits", () => {
    expect(plain(en.powerTick(2000))).toBe("2 kW");
    expect(plain(en.powerTick(-2500))).toBe("−2.5 kW");
    expect(plain(en.powerTick(0))).toBe("0 W");
  });
});

describe("energy", () => {
  test.each([
    [0, "0 Wh"],
    [640, "640 Wh"],
    [6420, "6.42 kWh"],
    [24_813, "24.8 kWh"],
    [412_000, "412 kWh"],
    [2_310_400, "2.31 MWh"],
    [5_000_000_000, "5.00 GWh"],
  ])("%f Wh reads %s", (value, text) => expect(plain(en.energy(value))).toBe(text));

  test("follows the language", () => {
    expect(plain(de.energy(24_813))).toBe("24,8 kWh");
    expect(plain(fr.energy(6420))).toBe("6,42 kWh");
  });
});

describe("a share", () => {
  // 3 Wh of 12 kWh are 0.025 %.
  test.each([
    [100, 0, "100%"],
    [99.975, 0, ">99%"],
    [99.96, 1, ">99.9%"],
    [99.4, 0, "99%"],
    [0, 0, "0%"],
    [0.025, 0, "<1%"],
    [0.025, 1, "<0.1%"],
    [-0.2, 0, ">−1%"],
    [0.6, 0, "1%"],
    [50.4, 0, "50%"],
    [100 - 1e-12, 0, "100%"],
    [null, 0, UNKNOWN],
  ])("%j with %i digits is %s", (value, digits, said) => {
    expect(en.share(value, digits)).toBe(said);
  });

  test("what is no share is rounded as ever", () => {
    expect([en.percent(99.975), en.percent(0.025)]).toEqual(["100%", "0%"]);
  });
});

test("percent, also in French", () => {
  expect(en.percent(62.5, 1)).toBe("62.5%");
  expect(plain(fr.percent(63))).toBe("63 %");
  expect(en.percent(null)).toBe(UNKNOWN);
});

test("electrical values have their unit", () => {
  expect(plain(en.voltage(231.44))).toBe("231.4 V");
  expect(plain(en.current(1.016))).toBe("1.02 A");
  expect(plain(en.frequency(50.016))).toBe("50.02 Hz");
  expect(plain(en.temperature(-4.6))).toBe("−5 °C");
  expect(en.factor(-0.967)).toBe("−0.97");
  expect(plain(en.reactive(-120.4))).toBe("−120 var");
});

test("clock is the site's, not the browser's", () => {
  const at = Date.UTC(2026, 5, 1, 22, 30);
  expect(en.clock(at)).toBe("00:30");
  expect(buildFormat("en-GB", "Australia/Sydney").clock(at)).toBe("08:30");
  expect(en.clock(null)).toBe(UNKNOWN);
});

test("hours count to 12 where people do", () => {
  const us = buildFormat("en-US", "America/New_York");
  const at = Date.UTC(2026, 5, 1, 18, 0);
  expect(plain(us.clock(at))).toBe("2:00 PM");
  expect(plain(us.hourTick(at))).toBe("2 PM");
  expect(de.hourTick(at)).toBe("20:00");
});

test("the day is named unless it is today, there", () => {
  const late = Date.UTC(2026, 5, 1, 21, 50);
  expect(en.when(late, late + 300_000)).toBe("23:50");
  expect(en.when(late, late + 900_000)).toBe("1 Jun 2026, 23:50");
  expect(en.when(null, late)).toBe(UNKNOWN);
});

test("ages and spans", () => {
  expect(ageOf(59.9)).toEqual([59, "second"]);
  expect(ageOf(3600)).toEqual([1, "hour"]);
  expect(ageOf(400 * 86_400)).toEqual([1, "year"]);
  expect(en.ago(185)).toBe("3 minutes ago");
  expect(de.ago(185)).toBe("vor 3 Minuten");
  expect(en.ago(-4)).toBe("0 seconds ago");
  expect(en.span(4800)).toBe("1 hr 20 mins");
  expect(en.span(10)).toBe("1 min");
});

describe("what a person chose", () => {
  const at = Date.UTC(2026, 5, 1, 18, 5, 9);

  test("the clock, whatever the language has", () => {
    const twelve = buildFormat("de-DE", "Europe/Paris", { clock: "12", energy: "auto" });
    expect(plain(twelve.clock(at))).toBe("8:05 PM");
    expect(plain(twelve.clockSeconds(at))).toBe("8:05:09 PM");
    expect(plain(twelve.hourTick(at))).toBe("8 PM");
    const day = buildFormat("en-US", "America/New_York", { clock: "24", energy: "auto" });
    expect(day.clock(at)).toBe("14:05");
    expect(day.hourTick(Date.UTC(2026, 5, 1, 4))).toBe("00:00");
    expect(plain(day.moment(at))).toBe("Jun 1, 2026, 14:05");
    expect(plain(day.day(at))).toBe("Mon, Jun 1");
  });

  test.each([
    ["kWh", 640, "0.64 kWh"],
    ["kWh", 24_813, "24.8 kWh"],
    ["kWh", 2_310_400, "2,310 kWh"],
    ["kWh", 0, "0.00 kWh"],
    ["MWh", 6420, "0.006 MWh"],
    // In the chosen unit it would be nothing.
    ["MWh", 313, "313 Wh"],
    ["kWh", 4, "4 Wh"],
    ["kWh", 0, "0.00 kWh"],
    ["MWh", 2_310_400, "2.310 MWh"],
    ["MWh", 24_813_000, "24.8 MWh"],
  ] as const)("energy always in %s: %f Wh reads %s", (energy, value, text) => {
    const format = buildFormat("en-GB", "Europe/Paris", { clock: "auto", energy });
    expect(plain(format.energy(value))).toBe(text);
    expect(format.energy(null)).toBe(UNKNOWN);
  });

  test("what was kept is read with care", () => {
    expect(parseChoices('{"clock":"12","energy":"MWh"}')).toEqual({ clock: "12", energy: "MWh" });
    for (const wrong of [null, "", "12", "null", "{", '{"clock":"13","energy":7}']) expect(parseChoices(wrong)).toEqual(USUAL);
  });
});

test("money is the tariff's", () => {
  expect(plain(en.money(1234.5, "EUR"))).toBe("€1,234.50");
  expect(plain(de.money(-0.884, "EUR"))).toBe("−0,88 €");
  expect(plain(de.money(-0.0004, "EUR"))).toBe("0,00 €");
  expect(en.money(-0.0004, null)).toBe("0.00");
  expect(plain(fr.money(12, "CHF"))).toBe("12,00 CHF");
  expect(en.money(3.456, null)).toBe("3.46");
  expect(en.money(null, "EUR")).toBe(UNKNOWN);
});

test("of an hour that there are two of it is said which", () => {
  const paris = buildFormat("en-GB", "Europe/Paris");
  const hours = [0, 1, 2].map((hour) => plain(paris.hour(Date.UTC(2026, 9, 25, hour))));
  expect(hours).toEqual(["02:00 CEST", "02:00 CET", "03:00"]);
  expect(paris.hour(Date.UTC(2026, 9, 26, 1))).toBe("02:00");
  expect(paris.hour(null)).toBe(UNKNOWN);
});

test("a date of the calendar is moved by no time zone", () => {
  const sydney = buildFormat("en-GB", "Australia/Sydney");
  expect(sydney.date("2026-01-01", { day: "numeric", month: "short", year: "numeric" })).toBe("1 Jan 2026");
});

test("numbers and dates become text in this module only", () => {
  // Plurals are no numbers, names of zones no dates, and SVG paths no text.
  const others = ["lib/format.ts", "lib/time.ts", "lib/i18n.svelte.ts", "lib/flow.ts", "lib/series.ts", "fields/typed.ts", "pages/history/period.ts"];
  const made = /Intl\.(NumberFormat|DateTimeFormat|RelativeTimeFormat)\((?!\)\.resolved)|toLocale\w*String|\.toFixed\(/;
  const found = sources("src").filter((file) => made.test(readFileSync(file, "utf8")) && !others.some((each) => file.endsWith(each)));
  expect(found).toEqual([]);
});

function sources(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => /\.(ts|svelte)$/.test(name)).map((name) => `${folder}/${name.replaceAll("\\", "/")}`);
}
