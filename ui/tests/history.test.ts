import type { Cell } from "../src/lib/table";
import { buildCsv, knownDays } from "../src/pages/history/csv";
import { describe, expect, it } from "vitest";
import { besideByClock, extremes, renderCsv, rowsOf, totalOf, trimmed, type Row } from "../src/pages/history/energies";
import { extentOf, marksOf, stack } from "../src/pages/history/bars";
import { amountsBeside, amountsByBar, totalAmounts } from "../src/pages/history/costs";
import { addMonths, isDate } from "../src/fields/calendar";
import { clockOf, comparedWith, dateOf, neighbour, periodOf, samePart } from "../src/pages/history/period";

const TODAY = "2026-11-21";

describe("periods", () => {
  it("weeks begin on Monday", () => {
    expect(periodOf("week", "2026-11-22", TODAY)).toEqual({ kind: "week", start: "2026-11-16", end: "2026-11-23", bar: "day" });
    expect(periodOf("week", "2026-11-16", TODAY).start).toBe("2026-11-16");
  });

  it("months and years have their own lengths", () => {
    expect(periodOf("month", "2028-02-11", TODAY).end).toBe("2028-03-01");
    expect(neighbour(periodOf("month", "2026-01-31", TODAY), -1, TODAY)).toMatchObject({ start: "2025-12-01", end: "2026-01-01" });
    expect(neighbour(periodOf("year", "2026-05-05", TODAY), 1, TODAY)).toMatchObject({ start: "2027-01-01", end: "2028-01-01" });
    expect(addMonths("2028-02-29", -12)).toBe("2027-02-28");
  });

  it("a range keeps its length, and is drawn by month where it is long", () => {
    const range = periodOf("range", "2026-03-10", TODAY, "2026-03-19");
    expect(range).toMatchObject({ end: "2026-03-20", bar: "day" });
    expect(neighbour(range, -1, TODAY)).toMatchObject({ start: "2026-02-28", end: "2026-03-10" });
    expect(periodOf("range", "2026-01-01", TODAY, "2026-06-30").bar).toBe("month");
    expect(periodOf("range", "2026-03-10", TODAY, "2026-01-01").end).toBe("2026-03-11");
  });

  it("a comparison has the same kind", () => {
    expect(comparedWith(periodOf("week", TODAY, TODAY), "year", TODAY)?.start).toBe("2025-11-17");
    expect(comparedWith(periodOf("range", "2026-03-10", TODAY, "2026-03-19"), "year", TODAY)).toMatchObject({ start: "2025-03-10", end: "2025-03-20" });
    expect(comparedWith(periodOf("all", TODAY, TODAY), "previous", TODAY)).toBeNull();
    expect(comparedWith(periodOf("day", TODAY, TODAY), "none", TODAY)).toBeNull();
  });

  it("compares with any other time, and an unfinished one with as much as has passed", () => {
    const month = periodOf("month", TODAY, TODAY);
    const chosen = comparedWith(month, "date", TODAY, "2025-02-17")!;
    expect(chosen).toMatchObject({ start: "2025-02-01", end: "2025-03-01" });
    expect(samePart(month, chosen, TODAY, "13:45")).toEqual({ start: "2025-02-01", end: "2025-02-21T13:45", isPart: true });
    expect(samePart(periodOf("month", "2026-10-05", TODAY), chosen, TODAY, "13:45")).toEqual({ start: "2025-02-01", end: "2025-03-01", isPart: false });
    const week = periodOf("week", TODAY, TODAY);
    expect(samePart(week, comparedWith(week, "previous", TODAY)!, TODAY, "09:00").end).toBe("2026-11-14T09:00");
    const year = periodOf("year", "2028-02-29", "2028-02-29");
    expect(samePart(year, comparedWith(year, "year", "2028-02-29")!, "2028-02-29", "09:00").end).toBe("2027-02-28T09:00");
    // The last day stands for those that a shorter month lacks.
    const march = periodOf("month", "2026-03-30", "2026-03-30");
    expect(samePart(march, comparedWith(march, "previous", "2026-03-30")!, "2026-03-30", "09:00").end).toBe("2026-02-28T09:00");
    expect(clockOf(Date.UTC(2026, 10, 21, 23, 5), "Europe/Paris")).toBe("00:05");
  });

  it("dates are those of the site, and nonsense is none", () => {
    expect(dateOf(Date.UTC(2026, 10, 21, 23, 30), "Europe/Paris")).toBe("2026-11-22");
    expect([isDate("2026-02-30"), isDate("x"), isDate(null), isDate("2026-02-28")]).toEqual([false, false, false, true]);
  });
});

const columns = {
  start: [0, 86_400, 172_800],
  estimated: [false, true, null],
  solar_wh: [1000, 3000, null],
  import_wh: [500, 0, null],
  export_wh: [200, 1000, null],
  charge_wh: [null, null, null],
  discharge_wh: [null, null, null],
  load_wh: [1300, 2000, null],
  house_load_wh: [1300, 2000, null],
  house_import_wh: [500, 0, null],
  sun_solar_wh: [1000, 3000, null],
  sun_export_wh: [200, 1000, null],
};

describe("energies", () => {
  it("adds up what is known and leaves the rest unknown", () => {
    const total = totalOf(rowsOf(columns));
    expect(total).toMatchObject({ solar_wh: 4000, import_wh: 500, load_wh: 3300, charge_wh: null, isEstimated: true });
    expect(total.autarky_pct).toBeCloseTo(84.848, 2);
    expect(total.self_consumption_pct).toBe(70);
    // A second gateway has panels alone: they are in the sum, and in no share.
    const both = totalOf(rowsOf({ ...columns, solar_wh: [5000, 9000, null] }));
    expect([both.solar_wh, both.self_consumption_pct]).toEqual([14_000, 70]);
    expect(totalOf([])).toMatchObject({ solar_wh: null, autarky_pct: null, isEstimated: false });
  });

  it("trims what is before and after all history", () => {
    expect(trimmed(rowsOf(columns))).toHaveLength(2);
    expect(trimmed([])).toEqual([]);
  });

  it("compares whole days only", () => {
    const rows = rowsOf(columns);
    expect(extremes(rows, 172_800)).toMatchObject({ best: { start_s: 86_400 }, worst: { start_s: 0 } });
    expect(extremes(rows, 86_400)).toBeNull();
  });

  it("writes a table for programs", () => {
    expect(renderCsv(["a", "b"], [[1.5, null], ['say "x"', "y,z"]])).toBe('a,b\r\n1.5,\r\n"say ""x""","y,z"\r\n');
  });
});

describe("bars", () => {
  const parts = [
    { id: "a", name: "A", color: "solar", isDown: false },
    { id: "b", name: "B", color: "import", isDown: false },
    { id: "c", name: "C", color: "load", isDown: true },
  ];

  it("stacks upwards and downwards, a credit as a negative cost too, and leaves out what is not known", () => {
    const pieces = stack({ a: 3, b: null, c: 4 }, parts);
    expect(pieces.map(({ part, from, to }) => [part.id, from, to])).toEqual([
      ["a", 0, 3],
      ["c", 0, -4],
    ]);
    expect(extentOf(pieces)).toEqual({ low: -4, high: 3 });
    expect(extentOf(stack({ a: 3, c: -2 }, parts))).toEqual({ low: 0, high: 5 });
  });

  it("marks an axis at round values", () => {
    expect(marksOf(-30_000, 52_000)).toEqual([-20_000, 0, 20_000, 40_000]);
    expect(marksOf(0, 0)).toEqual([0]);
    expect(marksOf(0, 1.2)).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });
});

describe("costs", () => {
  const costs = {
    currency: "EUR",
    tariff: "test",
    start: [100, 200, 300],
    energy_cost: [1, 2, null],
    demand_cost: [0, 0, null],
    fixed_cost: [0.5, 0.5, null],
    net_cost: [1, 2, null],
    credit: [0.5, 0.5, null],
    savings: [3, 4, null],
    grid_only_cost: [3.5, 5.5, null],
    unpriced_wh: [0, 10, null],
    estimated: [false, true, false],
  };

  it("days are added up to their bar, and what is not known stays so", () => {
    const bars = amountsByBar(costs, [50, 300]);
    expect(bars[0]).toMatchObject({ energy_cost: 3, fixed_cost: 1, credit: 1, savings: 7, own_use: 6, unpriced_wh: 10, isEstimated: true });
    expect(bars[1]).toMatchObject({ energy_cost: null, savings: null, own_use: null, isEstimated: false });
    expect(totalAmounts(costs).net_cost).toBe(3);
    expect(amountsByBar({ ...costs, start: [] }, [50])[0]?.net_cost ?? null).toBeNull();
  });

  it("of what is compared stand beside their bar, which may have none", () => {
    const others = [50, 300].map((start_s): Row => ({ ...rowsOf(columns)[0]!, start_s }));
    const beside = amountsBeside(costs, others, [undefined, others[0], others[1]]);
    expect(beside.map((each) => each?.energy_cost)).toEqual([undefined, 3, null]);
  });
});

describe("the file", () => {
  const rows = rowsOf(columns);
  const cell = (key: number, values: Record<string, number | null>, isEstimated = false): Cell => ({ key, label: "", href: null, isEstimated, values });

  it("holds what is shown, with what it is compared with and what is estimated", () => {
    const cells = [cell(0, { solar_wh: 1, compared_solar_wh: 7 }), cell(86_400, { solar_wh: null, compared_solar_wh: 8 }, true), cell(172_800, { solar_wh: 3 })];
    const text = buildCsv({ ids: ["solar_wh", "compared_solar_wh"], rows: cells, others: rows.slice(0, 2), currency: "EUR", timeZone: "Europe/Paris" });
    expect(text.split("\r\n")).toEqual([
      "start,solar_wh,compared_solar_wh,estimated,compared_start,compared_estimated,currency",
      "1970-01-01T01:00:00+01:00,1,7,false,1970-01-01T01:00:00+01:00,false,EUR",
      "1970-01-02T01:00:00+01:00,,8,true,1970-01-02T01:00:00+01:00,true,EUR",
      "1970-01-03T01:00:00+01:00,3,,false,,,EUR",
      "",
    ]);
  });

  it("is named by the days of which anything is known", () => {
    expect(knownDays([rows[2]!, ...rows], ({ start_s }) => String(start_s))).toEqual(["0", "86400"]);
    expect(knownDays([rows[2]!], ({ start_s }) => String(start_s))).toBeNull();
  });
});

describe("hours of two days", () => {
  const zone = "Europe/Paris";
  const hoursOf = (date: string, count: number, offset_h: number): Row[] =>
    Array.from({ length: count }, (_, hour) => ({ start_s: Date.parse(`${date}T00:00:00Z`) / 1000 + 3600 * (hour - offset_h) }) as Row);
  const clocks = (rows: readonly (Row | undefined)[]): (string | null)[] => rows.map((row) => (row === undefined ? null : clockOf(row.start_s * 1000, zone)));
  const plain = hoursOf("2025-10-25", 24, 2);

  it("stand beside each other by the clock where one repeats an hour", () => {
    const autumn = hoursOf("2026-10-25", 25, 2);
    const beside = clocks(besideByClock(autumn, plain, zone));
    expect(beside.slice(0, 6)).toEqual(["00:00", "01:00", "02:00", null, "03:00", "04:00"]);
    expect(beside.at(-1)).toBe("23:00");
    expect(clocks(besideByClock(plain, autumn, zone))).toEqual(clocks(plain));
  });

  it("stand beside each other by the clock where one skips an hour", () => {
    const spring = hoursOf("2026-03-29", 23, 1);
    const beside = clocks(besideByClock(spring, plain, zone));
    expect(beside.slice(0, 4)).toEqual(["00:00", "01:00", "03:00", "04:00"]);
    expect(clocks(besideByClock(plain, spring, zone)).slice(0, 4)).toEqual(["00:00", "01:00", null, "03:00"]);
  });
});
