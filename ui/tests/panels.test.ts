import { describe, expect, test } from "vitest";
import type { Inverter } from "../src/api/types";
import { buildPanels, columnsFor, medianPower, shortSerials } from "../src/lib/panels";

const NOW = Date.parse("2026-06-01T12:00:00Z");

function inverter(values: Partial<Inverter> & { age_min?: number }): Inverter {
  const { age_min = 3, ...rest } = values;
  return {
    serial: "122100000001",
    at: new Date(NOW - age_min * 60_000).toISOString(),
    power_w: 200,
    max_power_w: 400,
    dc_voltage_v: null,
    dc_current_a: null,
    ac_voltage_v: null,
    ac_current_a: null,
    frequency_hz: null,
    temperature_c: null,
    lifetime_wh: null,
    report_interval_s: null,
    phase: null,
    part_number: null,
    firmware: null,
    status: null,
    communicating: null,
    producing: null,
    ...rest,
  };
}

const states = (inverters: Inverter[]): string[] => buildPanels(inverters, NOW).map(({ state }) => state);

describe("state of a panel", () => {
  test("power of a recent report, by share of the panel's own maximum", () => {
    const [panel] = buildPanels([inverter({})], NOW);
    expect(panel).toMatchObject({ state: "producing", power_w: 200, share: 0.5, heat: 5 });
  });

  test("one that fell behind the others is silent, and its old power is not shown", () => {
    const [, panel] = buildPanels([inverter({}), inverter({ age_min: 180, power_w: 211 })], NOW);
    expect(panel).toMatchObject({ state: "silent", power_w: null, share: null });
  });

  test("one that the gateway cannot reach is silent at once", () => {
    expect(states([inverter({}), inverter({ communicating: false })])).toEqual(["producing", "silent"]);
  });

  test("at night all sleep, and only one that was silent before is silent", () => {
    expect(states([inverter({ age_min: 400 }), inverter({ age_min: 415, communicating: false }), inverter({ age_min: 4000 })])).toEqual([
      "asleep",
      "asleep",
      "silent",
    ]);
  });

  test("hourly reports are not late after two hours", () => {
    expect(states([inverter({}), inverter({ age_min: 180, report_interval_s: 3600 })])).toEqual(["producing", "producing"]);
  });

  test("no power is idle, no word is unknown", () => {
    expect(states([inverter({ power_w: 1 }), inverter({ power_w: null })])).toEqual(["idle", "unknown"]);
  });

  test("without a time of report, the gateway's word counts", () => {
    expect(states([inverter({ at: null }), inverter({ at: null, communicating: false })])).toEqual(["producing", "silent"]);
  });

  test("without a known maximum there is no share", () => {
    expect(buildPanels([inverter({ max_power_w: 0 }), inverter({ max_power_w: null })], NOW).map(({ share }) => share)).toEqual([null, null]);
  });
});

test("the median leaves out who says nothing", () => {
  const panels = buildPanels([inverter({ power_w: 100 }), inverter({ power_w: null }), inverter({ power_w: 300 })], NOW);
  expect(medianPower(panels)).toBe(200);
  expect(medianPower([])).toBeNull();
});

test("serials are as short as they may be", () => {
  expect(shortSerials(["122100001234", "122100005678"])).toEqual(["1234", "5678"]);
  expect(shortSerials(["122100011234", "122100021234"])).toEqual(["11234", "21234"]);
});

describe("columns", () => {
  test.each([
    [24, 328, 4],
    [24, 745, 8],
    [24, 1240, 8],
    [0, 300, 3],
  ])("%i panels on %i px stand in %i", (count, width, columns) => expect(columnsFor(count, width)).toBe(columns));

  test.each([1, 7, 23, 49, 120])("%i panels fit any width", (count) => {
    for (const width of [0, 60, 300, 800, 2000]) {
      const columns = columnsFor(count, width);
      expect(columns).toBeGreaterThanOrEqual(1);
      expect(columns === 1 || (width + 8) / columns >= 54).toBe(true);
    }
  });
});
