import { expect, test } from "vitest";
import type { ComparedDay, DayPart } from "../src/api/types";
import { againstUsual } from "../src/lib/glance";

const part = (solar_wh: number | null, days = 1): DayPart => ({ days, solar_wh, load_wh: null, import_wh: null, export_wh: null, estimated: false });
const day = (today: number | null, week: number | null): ComparedDay => ({
  until: "2026-06-17T13:20:00+02:00",
  today: part(today),
  yesterday: part(null),
  week: part(week, 7),
  month: part(null),
  money: null,
});

test("a day is compared with the mean of the days before, until the same time", () => {
  expect(againstUsual(day(9000, 12_000), "solar_wh")).toEqual({ change_pct: -25, usual_wh: 12_000 });
  expect(againstUsual(day(0, 12_000), "solar_wh")).toEqual({ change_pct: -100, usual_wh: 12_000 });
});

test("what is not known, or next to nothing, is not compared", () => {
  expect(againstUsual(null, "solar_wh")).toBeNull();
  expect(againstUsual(day(null, 12_000), "solar_wh")).toBeNull();
  expect(againstUsual(day(9000, null), "solar_wh")).toBeNull();
  expect(againstUsual(day(3, 20), "solar_wh")).toBeNull();
  expect(againstUsual(day(9000, 12_000), "load_wh")).toBeNull();
});
