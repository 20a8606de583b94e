import { expect, test } from "vitest";
import { dayOf, hourTicks, localTime, parseTime } from "../src/lib/time";

const at = (iso: string): number => Date.parse(iso);
const hours = (iso: string, zone: string): number => {
  const { start_s, end_s } = dayOf(at(iso), zone);
  return (end_s - start_s) / 3600;
};

test("a day is local midnight to midnight", () => {
  const { start_s, end_s } = dayOf(at("2026-06-01T22:30:00Z"), "Europe/Paris");
  expect(start_s).toBe(at("2026-06-01T22:00:00Z") / 1000);
  expect(end_s).toBe(at("2026-06-02T22:00:00Z") / 1000);
});

test("days of 23 and 25 hours", () => {
  expect(hours("2026-03-29T12:00:00Z", "Europe/Paris")).toBe(23);
  expect(hours("2026-10-25T12:00:00Z", "Europe/Paris")).toBe(25);
  expect(hours("2026-10-26T12:00:00Z", "Europe/Paris")).toBe(24);
});

test("a day whose midnight does not exist starts when the clock jumps", () => {
  const { start_s } = dayOf(at("2026-04-24T12:00:00Z"), "Africa/Cairo");
  expect(start_s).toBe(at("2026-04-23T22:00:00Z") / 1000);
  expect(hours("2026-04-24T12:00:00Z", "Africa/Cairo")).toBe(23);
});

test("a day whose first hour comes twice has both", () => {
  expect(hours("2026-11-01T12:00:00Z", "America/Havana")).toBe(25);
});

test("days before and after, over a change of clocks and in odd zones", () => {
  expect(dayOf(at("2026-03-30T10:00:00Z"), "Europe/Paris", -1)).toEqual(dayOf(at("2026-03-29T10:00:00Z"), "Europe/Paris"));
  expect(dayOf(at("2026-01-01T00:00:00Z"), "Asia/Kathmandu").start_s % 3600).toBe(900);
});

test("ticks stand at full local hours, whatever the clock does", () => {
  const ticks = (iso: string): number[] => hourTicks(dayOf(at(iso), "Europe/Paris"), "Europe/Paris", 6);
  expect(ticks("2026-06-01T12:00:00Z").length).toBe(5);
  const spring = ticks("2026-03-29T12:00:00Z");
  expect(spring.slice(1).map((tick, index) => (tick - spring[index]!) / 3600)).toEqual([5, 6, 6, 6]);
});

test("times as the API writes them", () => {
  expect(parseTime(12)).toBe(12_000);
  expect(parseTime("2026-01-01T00:00:00Z")).toBe(at("2026-01-01T00:00:00Z"));
  expect(parseTime(null)).toBeNull();
  expect(parseTime("soon")).toBeNull();
});

test("a time for a file is the site's, with its offset", () => {
  const at_ms = Date.parse("2026-03-28T23:00:00Z");
  expect(localTime(at_ms, "Europe/Paris")).toBe("2026-03-29T00:00:00+01:00");
  expect(localTime(at_ms + 86_400_000, "Europe/Paris")).toBe("2026-03-30T01:00:00+02:00");
  expect(localTime(at_ms, "America/St_Johns")).toBe("2026-03-28T20:30:00-02:30");
  expect(localTime(at_ms, "UTC")).toBe("2026-03-28T23:00:00+00:00");
});
