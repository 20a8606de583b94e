import { describe, expect, test } from "vitest";
import type { Storage } from "../src/api/types";
import { outlook } from "../src/lib/storage";

describe("outlook of the battery", () => {
  const storage: Storage = {
    soc_pct: 50,
    available_wh: 5000,
    capacity_wh: 10_000,
    health_pct: null,
    mode: null,
    reserve_soc_pct: 20,
    charge_from_grid: null,
    cloud_scheduled: null,
  };

  test.each([
    [-2500, { goal: "until_full", span_s: 7200 }],
    [1000, { goal: "until_reserve", span_s: 10_800 }],
    [5, null],
    [null, null],
    [-20, null],
  ])("at %o W", (power_w, expected) => expect(outlook(storage, power_w)).toEqual(expected));

  test("full is full, and an unknown reserve is no goal", () => {
    expect(outlook({ ...storage, soc_pct: 100 }, -500)).toBeNull();
    expect(outlook({ ...storage, reserve_soc_pct: null }, 500)).toBeNull();
  });
});
