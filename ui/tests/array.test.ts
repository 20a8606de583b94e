import { expect, test } from "vitest";
import { boundsOf, complete, grouped, moved, neighbour, turned, type Layout } from "../src/pages/panels/array";
import { heatOf, median, lastFull, judgePanels, powerAt, ranking } from "../src/pages/panels/frames";
import { judge, voltageBand } from "../src/pages/meters/band";
import { findFaults, type Fault } from "../src/pages/panels/faults";
import { daysBeside } from "../src/pages/panels/month";
import type { Panel } from "../src/lib/panels";

const ROW: Layout = complete({ panels: [], groups: [] }, ["a", "b", "c", "d"]);

test("panels that nobody laid out stand side by side, without overlap", () => {
  expect(ROW.panels.map(({ x }) => x)).toEqual([0.5, 1.6, 2.7, 0.5]);
  const kept = complete({ panels: [{ serial: "x", x: 9, y: 9, turn_deg: 0, group: "" }, { ...ROW.panels[0]!, y: 7 }], groups: [] }, ["a", "b"]);
  expect(kept.panels.map(({ serial }) => serial)).toEqual(["a", "b"]);
  expect(kept.panels[1]!.y).toBeGreaterThan(7 + 1.6);
});

test("a quarter turn lays a panel on its side, four bring all back", () => {
  const all = new Set(["a", "b", "c", "d"]);
  const upright = boundsOf(ROW.panels);
  const lying = turned(ROW, all, 90);
  expect(boundsOf(lying.panels).width).toBeCloseTo(upright.height);
  const back = [90, 90, 90].reduce((layout, by) => turned(layout, all, by), lying);
  back.panels.forEach(({ x, y, turn_deg }, index) => {
    expect([x, y]).toEqual([expect.closeTo(ROW.panels[index]!.x, 2), expect.closeTo(ROW.panels[index]!.y, 2)]);
    expect(turn_deg).toBe(0);
  });
  expect(turned(ROW, new Set(["a"]), -15).panels[0]!.turn_deg).toBe(345);
});

test.each([
  ["a second direction on both sides of the limit accuses nobody", [100, 101, 99, 100, 102, 98, 100, 87, 86, 85, 84], []],
  ["the ill one among many of a second direction is named", [100, 101, 99, 100, 102, 75, 74, 76, 75, 40], [9]],
  ["the ill one of a second direction is named", [100, 101, 99, 100, 102, 100, 80, 79, 81, 55], [9]],
  ["what makes nothing is no direction", [100, 100, 100, 100, 100, 0, 1, 0], [5, 6, 7]],
  ["two that are ill alike are no direction", [100, 100, 100, 100, 100, 100, 100, 70, 71], [7, 8]],
])("%s", (_, made, expected) => {
  const energies = new Map(made.map((energy_wh, index) => [String(index), energy_wh * 10]));
  const groups = new Map([...energies.keys()].map((serial) => [serial, "roof"]));
  expect([...judgePanels(ranking(energies, groups), groups).weak.keys()].map(Number).sort()).toEqual(expected);
});

test("only the chosen move and join; a group without panels goes", () => {
  const next = moved(ROW, new Set(["b"]), 1, -2);
  expect(next.panels[1]!.x).toBeCloseTo(2.6);
  expect(next.panels[0]).toEqual(ROW.panels[0]);
  const south = grouped(ROW, new Set(["a", "b"]), " South ");
  expect(south.groups).toEqual(["South"]);
  expect(grouped(south, new Set(["a", "b"]), "").groups).toEqual([]);
  expect(neighbour(ROW.panels, "a", 1, 0)).toBe("b");
  expect(neighbour(ROW.panels, "a", 0, 1)).toBe("d");
  expect(neighbour(ROW.panels, "a", -1, 0)).toBe("a");
});

test("a moment shows the report that covers it, and none where it is missing", () => {
  const reports = { at: [900, 1800, 9000], power_w: [10, null, 30] };
  expect([600, 900, 901, 4000, 8000, 9001].map((at) => powerAt(reports, at))).toEqual([10, 10, null, null, 30, null]);
  expect([heatOf(null, 10), heatOf(0, 10), heatOf(10, 10), heatOf(-1, 10)]).toEqual([null, 0, 9, 0]);
  expect(median([3, null, 1, 2])).toBe(2);
});

test("weak is judged within a group, and not where directions are mixed", () => {
  const energies = new Map([["a", 100], ["b", 100], ["c", 100], ["d", 100], ["e", 50], ["f", null]]);
  const one = new Map([...energies.keys()].map((serial) => [serial, "roof"]));
  const ranked = ranking(energies, one);
  expect(ranked.at(-2)).toEqual({ serial: "e", energy_wh: 50, against_pct: -50 });
  expect(ranked.at(-1)!.against_pct).toBeNull();
  expect(judgePanels(ranked, one)).toEqual({ weak: new Map([["e", 50]]), mixed: new Set() });
  const half = new Map([["a", 100], ["b", 100], ["c", 100], ["d", 50], ["e", 50]]);
  expect(judgePanels(ranking(half, one), one)).toEqual({ weak: new Map(), mixed: new Set(["roof"]) });
});

test.each([
  [233, 50, 230, "good"],
  [254, 50, 230, "high"],
  [119, 60, 120, "good"],
  [241, 60, 240, "good"],
  [112, 60, 120, "low"],
])("%s V at %s Hz is judged by the band of %s V", (value, frequency, nominal, verdict) => {
  const band = voltageBand(value, frequency);
  expect([band?.nominal, judge(value, band)]).toEqual([nominal, verdict]);
});

test("what is no known voltage is not judged", () => {
  expect([voltageBand(null, 50), voltageBand(400, 50), judge(400, null)]).toEqual([null, null, "unknown"]);
});

test("the days of a panel stand beside the median of the others of its group", () => {
  const columns = {
    start: [0, 0, 0, 0, 86_400, 86_400],
    serial: ["a", "b", "c", "x", "a", "b"],
    energy_wh: [900, 1000, 1400, 9999, null, 700],
    estimated: [true, false, false, false, null, false],
  };
  expect(daysBeside(columns, "a", ["a", "b", "c"])).toEqual([
    { start_s: 0, own_wh: 900, usual_wh: 1200, isEstimated: true },
    { start_s: 86_400, own_wh: null, usual_wh: 700, isEstimated: false },
  ]);
});

test("faults: all at once is one fault, a sleeping array none, a weak panel one", () => {
  const panel = (serial: string, values: Partial<Panel> = {}): Panel =>
    ({ inverter: { serial, status: null }, state: "producing", silence: null, at_ms: 1000, ...values }) as Panel;
  const kinds = (faults: Fault[]): unknown[] => faults.map(({ kind, serial }) => [kind, serial]);
  const all = ["a", "b"].map((serial, index) => panel(serial, { state: "silent", silence: "all", at_ms: 1000 * index }));
  expect(findFaults(all, new Map())).toEqual([{ serial: null, kind: "all", since_ms: 1000 }]);
  expect(findFaults([panel("a", { state: "asleep" })], new Map())).toEqual([]);
  expect(kinds(findFaults([panel("a"), panel("b", { state: "silent", silence: "dead" })], new Map([["a", 30]])))).toEqual([
    ["weak", "a"],
    ["dead", "b"],
  ]);
});

test("today stands at the last moment that most panels have reported", () => {
  const until = (last: number): { at: number[]; power_w: (number | null)[] } => ({ at: [3000, last, 90_000], power_w: [1, 2, null] });
  const dusk = new Map(["a", "b", "c", "d", "e"].map((serial, index) => [serial, until(index === 0 ? 9900 : 6000 + index)]));
  expect(lastFull(dusk)).toBe(6000);
  expect(lastFull(new Map([["a", until(9900)], ["b", { at: [], power_w: [] }]]))).toBe(9900);
  expect(lastFull(new Map())).toBeNull();
});
