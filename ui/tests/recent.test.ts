import { describe, expect, test } from "vitest";
import { ended, KEPT_S, seeded, toChart, withReading, type Line } from "../src/lib/recent";
import { roundUp } from "../src/components/chart-options";

const power = (solar_w: number | null) => ({ solar_w, load_w: null, grid_w: null, battery_w: null, generator_w: null });
const reading = (at_s: number, solar_w: number | null) => ({ at_s, power: power(solar_w) });
const solar = (line: Line): (number | null)[] => toChart(line).y.solar_w;

describe("a line of the last minutes", () => {
  test("grows by what is later, and forgets what is old", () => {
    let line: Line = [];
    for (const at_s of [0, 5, 5, 5.5, 3, 10]) line = withReading(line, reading(at_s, at_s));
    expect(toChart(line).x).toEqual([0, 5, 10]);
    line = withReading(line, reading(KEPT_S + 6, 1));
    expect(toChart(line).x).toEqual([10, KEPT_S + 6]);
  });

  test("never holds more than a reading a second", () => {
    let line: Line = [];
    for (let at_s = 0; at_s < 3 * KEPT_S; at_s += 0.25) line = withReading(line, reading(at_s, 1));
    expect(line.length).toBeLessThanOrEqual(KEPT_S + 1);
  });

  test("ends once where contact ends, and what comes after is no bridge", () => {
    let line: Line = [reading(0, 7)];
    for (const at_s of [20, 30, 40]) line = ended(line, at_s);
    line = withReading(line, reading(50, 8));
    expect(toChart(line).x).toEqual([0, 20, 50]);
    expect(solar(line)).toEqual([7, null, 8]);
  });

  test("an end before the last reading comes after it", () => {
    const line = ended([reading(10, 7)], 2);
    expect(line[1]!.at_s).toBeGreaterThan(10);
    expect(ended([], 2)).toEqual([]);
  });

  test("begins with what the service kept, unknown as a gap, 0 as 0", () => {
    const nothing = [null, null, null];
    const columns = { at: [1, 6, 11], solar_w: [5, null, 0], load_w: nothing, grid_w: nothing, battery_w: nothing, generator_w: nothing };
    const line = seeded(columns, [reading(6, 99), reading(11, 99), reading(16, 3)]);
    expect(toChart(line).x).toEqual([1, 6, 11, 16]);
    expect(solar(line)).toEqual([5, null, 0, 3]);
  });
});

test.each([
  [0, 0],
  [-3, 0],
  [1, 1],
  [1001, 1500],
  [1500, 1500],
  [5200, 7000],
  [9000, 10_000],
])("the height of %f W is %f W", (value, height) => expect(roundUp(value)).toBeCloseTo(height, 6));
