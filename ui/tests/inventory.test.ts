import { describe, expect, it } from "vitest";
import type { Snapshot } from "../src/api/types";
import type { KnownDevice } from "../src/pages/devices/api";
import { buildInventory } from "../src/pages/devices/inventory";

const KNOWN: KnownDevice[] = ["1", "2"].map((serial) => ({
  gateway: "9",
  serial,
  kind: "inverter",
  part_number: null,
  firmware: null,
  first_seen: 0,
  last_seen: 100,
}));

const SNAPSHOT = {
  gateway: { serial: "9" },
  at: "2026-06-21T12:00:00Z",
  inverters: [{ serial: "1", communicating: true }],
  batteries: [],
  missing: [],
} as unknown as Snapshot;

const listed = (devices: ReturnType<typeof buildInventory>): unknown[] => devices.map(({ serial, isListed }) => [serial, isListed]);

describe("the inventory", () => {
  it("tells a device that is no longer listed", () => {
    expect(listed(buildInventory(KNOWN, SNAPSHOT))).toEqual([["9", true], ["1", true], ["2", false]]);
  });

  it("takes nobody for gone while nothing or not everything is said", () => {
    expect(listed(buildInventory(KNOWN, null))).toEqual([["1", null], ["2", null]]);
    const partly = { ...SNAPSHOT, missing: [{ part: "inventory", reason: "busy" }] };
    expect(listed(buildInventory(KNOWN, partly))).toEqual([["9", true], ["1", true], ["2", null]]);
  });

  it("says of old values not that somebody communicates", () => {
    expect(buildInventory(KNOWN, SNAPSHOT, true).map(({ communicating }) => communicating)).toEqual([true, true, null]);
    expect(buildInventory(KNOWN, SNAPSHOT, false).map(({ communicating }) => communicating)).toEqual([null, null, null]);
  });
});
