import { describe, expect, test } from "vitest";
import type { Inverter, Snapshot } from "../src/api/types";
import { buildPanels, columnsFor, medianPower, panelsOf, shortSerials } from "../src/lib/panels";
import { elevationOf, isDay } from "../src/lib/sun";
import { judge } from "../src/cards/weak";

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

const states = (inverters: Inverter[], hasLight = false): string[] => buildPanels(inverters, NOW, hasLight).map(({ state }) => state);

describe("state of a panel", () => {
  test("power of a recent report, by share of the panel's own maximum", () => {
    const [panel] = buildPanels([inverter({})], NOW);
    expect(panel).toMatchObject({ state: "producing", power_w: 200, share: 0.5, heat: 5 });
  });

  test("one that fell behind the others is silent, and its old power is not shown", () => {
    const [, panel] = buildPanels([inverter({}), inverter({ age_min: 180, power_w: 211 })], NOW);
    expect(panel).toMatchObject({ state: "silent", power_w: null, share: null });
  });

  test("one that the gateway cannot reach is silent at once by day, and asleep at dusk, as all soon are", () => {
    expect(states([inverter({}), inverter({ communicating: false })], true)).toEqual(["producing", "silent"]);
    expect(states([inverter({}), inverter({ communicating: false })])).toEqual(["producing", "asleep"]);
    expect(states([inverter({ communicating: false, age_min: 30 }), inverter({ communicating: false, age_min: 4000 })])).toEqual(["asleep", "silent"]);
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

describe("weak panels", () => {
  const energies = new Map<string, number | null>([["a", 1000], ["b", 990], ["c", 780], ["d", 1010], ["e", 400], ["f", 410], ["g", null]]);
  const groups = (of: (serial: string) => string) => new Map([...energies.keys()].map((serial) => [serial, of(serial)]));

  test("stay well below the median of their group", () => {
    const weak = judge(energies, groups((serial) => ("abcd".includes(serial) ? "south" : "north")));
    expect([...(weak ?? [])]).toEqual([["c", expect.closeTo(21.6, 1)]]);
  });

  test("cannot be told where directions are mixed", () => {
    expect(judge(energies, groups(() => ""))).toBeNull();
    expect(judge(energies, groups((serial) => ("abcd".includes(serial) ? "south" : "north")))?.size).toBe(1);
  });
});

describe("why a panel is silent", () => {
  const why = (inverters: Inverter[], hasLight = false): unknown[] => buildPanels(inverters, NOW, hasLight).map(({ silence }) => silence);

  test("late, dead, never heard, not reached", () => {
    const panels = [
      inverter({}),
      inverter({ age_min: 180 }),
      inverter({ age_min: 3000 }),
      inverter({ at: null, communicating: false }),
      inverter({ communicating: false }),
    ];
    expect(why(panels, true)).toEqual([null, "late", "dead", "never", "unreached"]);
  });

  test("panels of a new gateway that have not reported yet sleep by night and are one fault of all by day", () => {
    const panels = [inverter({ at: null, communicating: false }), inverter({ at: null, communicating: false })];
    expect(buildPanels(panels, NOW).map(({ state, silence }) => [state, silence])).toEqual([["asleep", null], ["asleep", null]]);
    expect(why(panels, true)).toEqual(["all", "all"]);
  });

  test("who wakes later in the morning is not late, and who fell silent by day is, in the night too", () => {
    const dark = (at_ms: number): boolean => at_ms < NOW - 14 * 3600_000;
    const panels = [inverter({}), inverter({ age_min: 16 * 60 }), inverter({ age_min: 16 * 60, communicating: false })];
    expect(buildPanels(panels, NOW, true, dark).map(({ state, silence }) => [state, silence])).toEqual([
      ["producing", null],
      ["asleep", null],
      ["asleep", null],
    ]);
    const until = (hours: number) => (at_ms: number): boolean => at_ms <= NOW - hours * 3600_000;
    const night = [inverter({ age_min: 5 * 60 }), inverter({ age_min: 10 * 60 })];
    expect(buildPanels(night, NOW, false, until(6)).map(({ silence }) => silence)).toEqual([null, "late"]);
  });

  test("old reports of all are sleep by night and a fault by day", () => {
    const panels = [inverter({ age_min: 400 }), inverter({ age_min: 410 })];
    expect(why(panels)).toEqual([null, null]);
    expect(buildPanels(panels, NOW).map(({ state }) => state)).toEqual(["asleep", "asleep"]);
    expect(why(panels, true)).toEqual(["all", "all"]);
  });

  test("values of a gateway that is away are judged by their own time", () => {
    const snapshot = { at: new Date(NOW).toISOString(), inverters: [inverter({})], power: { solar_w: null } } as unknown as Snapshot;
    const seen = { snapshot, now_ms: NOW + 5 * 3600_000, site: null, timeZone: "Etc/UTC" };
    expect(panelsOf({ ...seen, isLive: false }).map(({ state }) => state)).toEqual(["producing"]);
    expect(panelsOf({ ...seen, isLive: true }).map(({ state }) => state)).toEqual(["asleep"]);
  });

  test("none is asleep while the meter counts sun, whatever clocks say", () => {
    const snapshot = { at: new Date(NOW).toISOString(), inverters: [inverter({})], power: { solar_w: 4000 } } as unknown as Snapshot;
    const [panel] = panelsOf({ snapshot, isLive: true, now_ms: NOW + 7 * 3600_000, site: null, timeZone: "Etc/UTC" });
    expect(panel).toMatchObject({ state: "silent", silence: "all" });
  });
});

describe("the sun", () => {
  test("stands where almanacs say", () => {
    // Berlin at the solstices' noon: 90 - 52.5 ± 23.44; the equator at the equinox: overhead.
    expect(elevationOf(Date.parse("2026-06-21T11:08:00Z"), 52.5, 13.4)).toBeCloseTo(60.9, 0);
    expect(elevationOf(Date.parse("2026-12-21T11:05:00Z"), 52.5, 13.4)).toBeCloseTo(14.1, 0);
    expect(elevationOf(Date.parse("2026-03-20T12:07:00Z"), 0, 0)).toBeGreaterThan(89);
    expect(elevationOf(Date.parse("2026-06-21T23:00:00Z"), 52.5, 13.4)).toBeLessThan(-12);
  });

  test("gives light by place, and by the clock where the place is not known", () => {
    const berlin = { latitude: 52.5, longitude: 13.4 };
    const at = (time: string): number => Date.parse(time);
    expect(isDay(at("2026-06-21T05:30:00Z"), berlin, "Europe/Berlin")).toBe(true);
    expect(isDay(at("2026-12-21T08:30:00Z"), berlin, "Europe/Berlin")).toBe(false);
    expect(isDay(at("2026-12-21T11:00:00Z"), null, "Europe/Berlin")).toBe(true);
    expect(isDay(at("2026-12-21T16:00:00Z"), { latitude: null, longitude: null }, "Europe/Berlin")).toBe(false);
  });
});
