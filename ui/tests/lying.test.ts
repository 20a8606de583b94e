import { expect, test } from "vitest";
import { complete, GAP, HEIGHT, moved, turned, type Layout, type Place } from "../src/pages/panels/array";
import { dragged, dropped, isOn, landed, stacked, stepped } from "../src/pages/panels/lying";

/** Two rows of three: a b c over d e f. */
const ROOF = complete({ panels: [], groups: [] }, ["a", "b", "c", "d", "e", "f"], 1.2);
const NONE: ReadonlySet<string> = new Set();
const at = (layout: Layout, serial: string): Place => layout.panels.find((place) => place.serial === serial)!;
const spots = (layout: Layout): string[] => layout.panels.map(({ x, y, turn_deg }) => `${x} ${y} ${turn_deg}`).sort();

test("frames that touch lie side by side, and turned ones are judged by their edges", () => {
  const place: Place = { serial: "a", x: 0, y: 0, turn_deg: 0, group: "" };
  expect(isOn(place, { ...place, x: 1 })).toBe(false);
  expect(isOn(place, { ...place, x: 0.9 })).toBe(true);
  expect(isOn(place, { ...place, y: HEIGHT })).toBe(false);
  expect(isOn(place, { ...place, x: 1.2, turn_deg: 90 })).toBe(true);
  expect(isOn(place, { ...place, x: 1.31, turn_deg: 90 })).toBe(false);
  expect(isOn({ ...place, turn_deg: 45 }, { ...place, x: 1.2, y: 1.2, turn_deg: 45 })).toBe(false);
  expect(stacked(ROOF)).toEqual(NONE);
});

test("one that is let go on another changes places with it", () => {
  const chosen = new Set(["a"]);
  const next = dropped(ROOF, dragged(ROOF, chosen, "a", [1.2, 1.6]), chosen);
  expect([at(next, "a"), at(next, "e")]).toEqual([{ ...at(ROOF, "e"), serial: "a" }, { ...at(ROOF, "a"), serial: "e" }]);
  expect(spots(next)).toEqual(spots(ROOF));
});

test.each([
  [["a"], 0.6, 0],
  [["a", "b"], 0, 1.7],
  [["b", "e"], 0.5, 0.4],
  [["a", "c"], -0.3, 0.9],
  [["e"], 0.55, -0.85],
] as const)("%s let go %s, %s away lie on no other", (serials, dx, dy) => {
  const chosen = new Set<string>(serials);
  const next = dropped(ROOF, dragged(ROOF, chosen, serials[0], [dx, dy]), chosen);
  expect(stacked(next)).toEqual(NONE);
  const [first, ...others] = serials.map((serial) => [at(next, serial).x - at(ROOF, serial).x, at(next, serial).y - at(ROOF, serial).y]);
  for (const other of others) expect(Math.hypot(other[0]! - first![0]!, other[1]! - first![1]!)).toBeLessThan(0.01);
});

test("what is near beside another falls in line with it, turned or not", () => {
  const next = dragged(ROOF, new Set(["a"]), "a", [3 * (1 + GAP) + 0.2, 0.15]);
  expect(at(next, "a").x).toBeCloseTo(at(ROOF, "c").x + 1 + GAP, 6);
  expect(at(next, "a").y).toBe(at(ROOF, "c").y);
  const slant = turned(ROOF, new Set(["a", "b", "c", "d", "e", "f"]), 30);
  const by = 3 * (1 + GAP);
  const lying = dragged(slant, new Set(["a"]), "a", [by * Math.cos(Math.PI / 6) + 0.1, by * 0.5]);
  expect(at(lying, "a").x).toBeCloseTo(at(slant, "a").x + by * Math.cos(Math.PI / 6), 2);
  expect(stacked(lying)).toEqual(NONE);
});

test("far from others it keeps to the grid", () => {
  const next = dragged(ROOF, new Set(["a"]), "a", [20.11, -9.9]);
  expect([at(next, "a").x - at(ROOF, "a").x, at(next, "a").y - at(ROOF, "a").y]).toEqual([20, -10]);
});

test("steps go over what is in the way, and back to where they began", () => {
  const chosen = new Set(["a"]);
  const beyond = stepped(ROOF, chosen, [1, 0]);
  expect(at(beyond, "a").x).toBeCloseTo(at(ROOF, "c").x + 1 + GAP, 6);
  let back = beyond;
  for (let step = 0; step < 4 && at(back, "a").x > at(ROOF, "a").x; step += 1) {
    back = stepped(back, chosen, [-1, 0]);
    expect(stacked(back)).toEqual(NONE);
  }
  expect(at(back, "a").x).toBeCloseTo(at(ROOF, "a").x, 6);
});

test("what is turned onto another lies down beside, and what lies alone stays", () => {
  const chosen = new Set(["b"]);
  const next = landed(turned(ROOF, chosen, 90), chosen);
  expect(stacked(next)).toEqual(NONE);
  expect(at(next, "b").turn_deg).toBe(90);
  const alone = moved(ROOF, chosen, 0, -9);
  expect(landed(alone, chosen)).toBe(alone);
});

test("a layout that was kept with panels upon others tells which", () => {
  expect(stacked(moved(ROOF, new Set(["a"]), 1, 0))).toEqual(new Set(["a", "b"]));
});

test("sixty of two hundred panels find room together", () => {
  const many = complete({ panels: [], groups: [] }, Array.from({ length: 200 }, (_, index) => `${index}`));
  const chosen = new Set(many.panels.slice(0, 60).map(({ serial }) => serial));
  expect(stacked(landed(moved(many, chosen, 3, 3), chosen))).toEqual(NONE);
});
