import { expect, test } from "vitest";
import { always, byCharge, chargeWord, isAlways, newDays, newSeason, parseHours, problemOf, renderHours, type Hours, type Period } from "../src/pages/control/hours";

/** As a gateway with firmware 8.3 has it, and a member that nobody knows. */
const TEXT =
  '{"default":[{"id":"always_on","start":"1/1","end":"12/31","kept":7,"days":[{"id":"all_days","week_days":"Mon,Tue,Wed,Thu,Fri,Sat,Sun","periods":[{"id":"normal_1","start":0,"duration":1440,"start_soc":100,"stop_soc":-1,"setting":"AON"}]}]}]}';
const HOURS = parseHours(TEXT)!;
const PERIOD = HOURS.default[0]!.days[0]!.periods[0]!;

const withPeriods = (...periods: Partial<Period>[]): Hours => ({
  default: [{ ...HOURS.default[0]!, days: [{ week_days: "Mon,Sat", periods: periods.map((one) => ({ ...PERIOD, ...one })) }] }],
});

test("what the gateway has is written again as it was", () => {
  expect(renderHours(HOURS)).toBe(TEXT);
  expect(problemOf(HOURS)).toBeNull();
});

test.each(["", "{", "[]", "{}", '{"default":{}}', '{"default":[{"start":"1/1","end":"?","days":[]}]}', TEXT.replace("1440", '"long"')])(
  "%s is left to who writes it as text",
  (text) => {
    expect(parseHours(text)).toBeNull();
  },
);

test("always and by charge are told apart, in the gateway's own word where it has one", () => {
  expect(isAlways(PERIOD)).toBe(true);
  expect(byCharge(PERIOD, "LOW")).toMatchObject({ setting: "LOW", start_soc: 20, stop_soc: 80, start: 0, duration: 1440 });
  expect(always(byCharge(PERIOD))).toEqual(PERIOD);
  expect(chargeWord(HOURS)).toBeUndefined();
  expect(chargeWord(withPeriods({}, { setting: "LOW", stop_soc: 60 }))).toBe("LOW");
});

test.each([
  ["limits", withPeriods({ setting: "SOC", start_soc: 80, stop_soc: 80 })],
  ["time", withPeriods()],
  ["overlap", withPeriods({ start: 600, duration: 120 }, { start: 480, duration: 121 })],
  [null, withPeriods({ start: 600, duration: 120 }, { start: 480, duration: 120 })],
  ["season", { default: [{ start: "1/1", end: "12/31", days: [] }] }],
  ["days", { default: [{ start: "1/1", end: "12/31", days: [{ week_days: "", periods: [PERIOD] }] }] }],
] as const)("what makes no sense is told: %s", (problem, hours) => {
  expect(problemOf(hours as Hours)).toBe(problem);
});

test("what is added has a name and days of its own", () => {
  const days = [{ id: "days_2", week_days: "Mon,Tue,Wed,Thu,Fri", periods: [PERIOD] }];
  expect(newDays(days)).toMatchObject({ id: "days_3", week_days: "Sat,Sun" });
  expect(problemOf({ default: [newSeason([])] })).toBeNull();
});
