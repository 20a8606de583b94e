import { describe, expect, test } from "vitest";
import { buildChart, knownSeries, sparkPath, withGaps, withLive } from "../src/lib/series";

const span = { start_s: 1000, end_s: 1000 + 10 * 300 };

function columns(rows: [at: number, solar_w: number | null][]) {
  const nothing = rows.map(() => null);
  return {
    at: rows.map(([at]) => at),
    solar_w: rows.map(([, solar_w]) => solar_w),
    load_w: nothing,
    grid_w: nothing,
    battery_w: nothing,
    generator_w: nothing,
  };
}

const power = (solar_w: number | null) => ({ solar_w, load_w: null, grid_w: null, battery_w: null, generator_w: null });

describe("columns to series", () => {
  test("a missing row and a null are gaps, 0 is 0", () => {
    const chart = buildChart(columns([[1000, 5], [1300, null], [1900, 0]]), span, 300);
    expect(chart.x).toEqual([1150, 1450, 1750, 2050]);
    expect(chart.at).toEqual([1000, 1300, 1600, 1900]);
    expect(chart.y.solar_w).toEqual([5, null, null, 0]);
  });

  test("rows outside the day are left out, and the day ends with what is known", () => {
    const chart = buildChart(columns([[700, 9], [1000, 1], [1300, null], [5000, 9]]), span, 300);
    expect(chart.y.solar_w).toEqual([1]);
  });

  test("nothing recorded is nothing drawn", () => {
    const chart = buildChart(columns([]), span, 300);
    expect(chart.x).toEqual([]);
    expect(knownSeries(chart)).toEqual([]);
  });

  test("a generator that never ran is not shown", () => {
    const chart = buildChart({ ...columns([[1000, 5]]), generator_w: [0] }, span, 300);
    expect(knownSeries(chart)).toEqual(["solar_w"]);
  });

  test("a series that never says anything is not shown", () => {
    expect(knownSeries(buildChart(columns([[1000, 5]]), span, 300))).toEqual(["solar_w"]);
  });
});

describe("the present", () => {
  const chart = buildChart(columns([[1000, 5]]), span, 300);

  test("continues the line", () => {
    const live = withLive(chart, { at_s: 1400, power: power(7) }, span, 300);
    expect(live.x).toEqual([1150, 1400]);
    expect(live.at).toEqual([1000, 1400]);
    expect(live.y.solar_w).toEqual([5, 7]);
  });

  test("stands in for the step that it is in", () => {
    const live = withLive(buildChart(columns([[1000, 5], [1300, 6]]), span, 300), { at_s: 1350, power: power(7) }, span, 300);
    expect(live.x).toEqual([1150, 1350]);
    expect(live.y.solar_w).toEqual([5, 7]);
  });

  test("is all there is at the start of a day", () => {
    expect(withLive(chart, { at_s: 1100, power: power(7) }, span, 300)).toMatchObject({ x: [1100], at: [1100] });
  });

  test("does not bridge an outage", () => {
    const live = withLive(chart, { at_s: 3000, power: power(7) }, span, 300);
    expect(live.y.solar_w).toEqual([5, null, 7]);
  });

  test("unknown stays unknown", () => {
    expect(withLive(chart, { at_s: 1400, power: power(null) }, span, 300).y.solar_w).toEqual([5, null]);
  });

  test("of another day does not belong here", () => {
    expect(withLive(chart, { at_s: 9000, power: power(7) }, span, 300)).toBe(chart);
    expect(withLive(chart, null, span, 300)).toBe(chart);
  });
});

test("a small line breaks at gaps and scales to its box", () => {
  const box = { width: 100, height: 10, from: 0, to: 100, low: 0, high: 50 };
  expect(sparkPath([[0, 0], [50, 50], [60, null], [100, 25]], box)).toBe("M0.0 10.0L50.0 0.0M100.0 5.0");
});

test("points too far apart have a gap between them", () => {
  expect(withGaps([[0, 1], [10, 2], [100, 3]], 20)).toEqual([[0, 1], [10, 2], [11, null], [100, 3]]);
});
