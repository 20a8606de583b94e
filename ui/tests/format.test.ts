import { describe, expect, test } from "vitest";
import { ageOf, buildFormat, UNKNOWN } from "../src/lib/format";

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
