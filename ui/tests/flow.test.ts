import { describe, expect, test } from "vitest";
import type { Power } from "../src/api/types";
import { arcPath, buildLegs, layoutFlow, ownPower, sourceShares, type DeviceId, type FlowLayout } from "../src/lib/flow";

const ALL: DeviceId[] = ["solar", "battery", "grid", "generator"];

function power(values: Partial<Power>): Power {
  const unknown = { solar_w: null, grid_w: null, battery_w: null, generator_w: null, load_w: null, reported_consumption_w: null };
  return { ...unknown, ...values };
}

describe("legs", () => {
  test("directions follow the signs of the API", () => {
    const legs = buildLegs(power({ solar_w: 4000, battery_w: -1500, grid_w: -2000 }), ["solar", "battery", "grid"], 0);
    expect(legs.map(({ direction }) => direction)).toEqual([1, -1, -1]);
    expect(legs.map(({ color }) => color)).toEqual(["solar", "battery", "export"]);
    expect(legs.map(({ power_w }) => power_w)).toEqual([4000, 1500, 2000]);
  });

  test("the grid changes its colour with its direction", () => {
    expect(buildLegs(power({ grid_w: 300 }), ["grid"], 0)[0]?.color).toBe("import");
  });

  test("what sleeping inverters draw is at rest, but shown as it is", () => {
    const [sun] = buildLegs(power({ solar_w: -3 }), ["solar"], 0);
    expect(sun).toMatchObject({ direction: 0, power_w: -3 });
  });

  test("unknown is not zero", () => {
    expect(buildLegs(power({}), ["grid"], 0)[0]).toMatchObject({ direction: 0, power_w: null });
  });

  test("more power is wider and faster, up to the peak", () => {
    const [few, many, most] = [500, 3000, 12_000].map((solar_w) => buildLegs(power({ solar_w }), ["solar"], 6000)[0]!);
    expect(few!.width).toBeLessThan(many!.width);
    expect(few!.speed).toBeLessThan(many!.speed);
    expect(most!.width).toBe(12);
  });
});

describe("sources of the house", () => {
  test("share the circle by power", () => {
    const legs = buildLegs(power({ solar_w: 3000, battery_w: 1000, grid_w: -500 }), ["solar", "battery", "grid"], 0);
    expect(sourceShares(legs)).toEqual([
      { color: "solar", power_w: 3000, from: 0, to: 0.75 },
      { color: "battery", power_w: 1000, from: 0.75, to: 1 },
    ]);
  });

  test("are none where nothing flows in", () => {
    expect(sourceShares(buildLegs(power({ solar_w: 0, grid_w: null }), ["solar", "grid"], 0))).toEqual([]);
  });
});

test("own power is what the grid does not deliver", () => {
  expect(ownPower(power({ load_w: 2000, grid_w: 500 }))).toBe(75);
  expect(ownPower(power({ load_w: 2000, grid_w: -500 }))).toBe(100);
  expect(ownPower(power({ load_w: 2000, grid_w: 2600 }))).toBe(0);
  expect(ownPower(power({ load_w: null, grid_w: 500 }))).toBeNull();
  expect(ownPower(power({ load_w: 2000, grid_w: null }))).toBeNull();
});

describe("layout", () => {
  const sets: DeviceId[][] = [["solar", "grid"], ["solar", "battery", "grid"], ["solar", "grid", "generator"], ALL];
  const cases = [280, 328, 469, 470, 735, 1300].flatMap((width) => sets.map((set) => [width, set] as const));

  test.each(cases)("at %i px, %j stays inside and apart", (width, set) => {
    const layout = layoutFlow(width, set);
    const circles = [layout.house, ...layout.devices.map(({ circle }) => circle)];
    for (const { x, y, r } of circles) {
      expect(x - r).toBeGreaterThanOrEqual(0);
      expect(x + r).toBeLessThanOrEqual(width);
      expect(y - r).toBeGreaterThanOrEqual(0);
      expect(y + r).toBeLessThanOrEqual(layout.height);
    }
    for (const [index, one] of circles.entries())
      for (const other of circles.slice(index + 1))
        expect(Math.hypot(one.x - other.x, one.y - other.y)).toBeGreaterThan(one.r + other.r);
  });

  test("lines run from the edge of the device to the edge of the house", () => {
    const layout: FlowLayout = layoutFlow(735, ["solar", "battery", "grid"]);
    for (const { path, circle } of layout.devices) {
      const numbers = [...path.matchAll(/-?[\d.]+/g)].map(Number);
      const [startX, startY] = numbers;
      const [endX, endY] = numbers.slice(-2);
      expect(Math.hypot(startX! - circle.x, startY! - circle.y)).toBeCloseTo(circle.r + 5, 0);
      expect(Math.hypot(endX! - layout.house.x, endY! - layout.house.y)).toBeCloseTo(layout.house.r + 5, 0);
    }
  });

  test("arrows point to the house", () => {
    const { devices } = layoutFlow(735, ["solar", "battery", "grid"]);
    expect(Object.fromEntries(devices.map(({ id, arrow }) => [id, Math.abs(arrow.angle)]))).toEqual({
      solar: 90,
      battery: 0,
      grid: 180,
    });
  });
});

test("arcs run clockwise from the top, and a whole turn is closed", () => {
  const circle = { x: 10, y: 10, r: 10 };
  expect(arcPath(circle, 0, 0.25)).toBe("M10.0 0.0 A10 10 0 0 1 20.0 10.0");
  expect(arcPath(circle, 0.25, 1)).toBe("M20.0 10.0 A10 10 0 1 1 10.0 0.0");
  expect(arcPath(circle, 0, 1)).toContain("Z");
});
