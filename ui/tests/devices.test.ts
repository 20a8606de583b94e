import { describe, expect, test } from "vitest";
import type { Snapshot } from "../src/api/types";
import { devicesOf, peakPower } from "../src/lib/devices";

describe("devices", () => {
  const snapshot = {
    power: { solar_w: 1, grid_w: -4000, battery_w: null, generator_w: null, load_w: 1, reported_consumption_w: null },
    inverters: [],
    batteries: [],
    meters: [],
    storage: null,
    generator: null,
    missing: [],
  } as unknown as Snapshot;

  test("only what exists", () => expect(devicesOf(snapshot, [])).toEqual(["solar", "grid"]));

  test("a battery that was there stays when its part is missing", () => {
    const before = devicesOf({ ...snapshot, power: { ...snapshot.power, battery_w: 3 } }, []);
    expect(devicesOf(snapshot, before)).toEqual(["solar", "battery", "grid"]);
  });

  test("a generator of 0 W alone is none", () => {
    expect(devicesOf({ ...snapshot, power: { ...snapshot.power, generator_w: 0 } }, [])).toEqual(["solar", "grid"]);
    expect(devicesOf({ ...snapshot, power: { ...snapshot.power, generator_w: 900 } }, [])).toContain("generator");
  });

  test("peak is the largest flow in either direction", () => expect(peakPower(snapshot)).toBe(4000));
});
