import { describe, expect, it } from "vitest";
import type { Snapshot } from "../src/api/types";
import { whoDid, type AuditEntry, type Happening, type KnownDevice } from "../src/pages/devices/api";
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
  meters: [],
  missing: [],
} as unknown as Snapshot;

const NOW = { isFresh: true, isAway: false, asleep: new Set(["1"]) };

const listed = (devices: ReturnType<typeof buildInventory>): unknown[] => devices.map(({ serial, isListed }) => [serial, isListed]);

describe("the inventory", () => {
  it("tells a device that is no longer listed", () => {
    expect(listed(buildInventory(KNOWN, SNAPSHOT, NOW))).toEqual([["9", true], ["1", true], ["2", false]]);
  });

  it("takes nobody for gone while nothing or not everything is said", () => {
    expect(listed(buildInventory(KNOWN, null, NOW))).toEqual([["1", null], ["2", null]]);
    const partly = { ...SNAPSHOT, missing: [{ part: "inventory", reason: "busy" }] };
    expect(listed(buildInventory(KNOWN, partly, NOW))).toEqual([["9", true], ["1", true], ["2", null]]);
  });

  it("says of old values not that somebody communicates", () => {
    expect(buildInventory(KNOWN, SNAPSHOT, NOW).map(({ communicating }) => communicating)).toEqual([true, true, null]);
    expect(buildInventory(KNOWN, SNAPSHOT, { ...NOW, isFresh: false }).map(({ communicating }) => communicating)).toEqual([null, null, null]);
  });

  it("says of a gateway that does not answer just that, and nothing of its devices", () => {
    expect(buildInventory(KNOWN, SNAPSHOT, { ...NOW, isAway: true }).map(({ communicating }) => communicating)).toEqual([false, null, null]);
  });

  it("tells who sleeps from who is not reached", () => {
    expect(buildInventory(KNOWN, SNAPSHOT, NOW).map(({ serial, isAsleep }) => [serial, isAsleep])).toEqual([["9", false], ["1", true], ["2", false]]);
  });

  it("tells a relay between panels and grid by its position, and why it is open", () => {
    const relay = { serial: "5", kind: "q-relay", communicating: true, relay: "open", relay_reason: "grid gone" };
    const found = (controllers: object[]): unknown =>
      buildInventory([], { ...SNAPSHOT, inverters: [], controllers } as unknown as Snapshot, NOW).map(({ kind, status, reason }) => [kind, status, reason]);
    expect(found([relay])).toEqual([["gateway", null, null], ["q-relay", "open", "grid gone"]]);
    expect(found([{ ...relay, relay: "closed", relay_reason: "ok" }])).toEqual([["gateway", null, null], ["q-relay", "closed", null]]);
  });

  it("knows what history calls a controller", () => {
    expect(buildInventory([{ ...KNOWN[0]!, kind: "controller" }], null, NOW).map(({ kind }) => kind)).toEqual(["system-controller"]);
  });

  it("lists the meters of the snapshot as history knows them", () => {
    const meter = { eid: 704643328, kind: "production", state: "enabled", at: null };
    const known = { ...KNOWN[0]!, serial: "704643328", kind: "meter" };
    const [, found] = buildInventory([known], { ...SNAPSHOT, inverters: [], meters: [meter] } as unknown as Snapshot, NOW);
    expect(found).toMatchObject({ kind: "meter", measures: "production", part_number: null, status: "enabled", isListed: true, last_s: 100 });
  });
});

describe("who changed something", () => {
  const entry = { id: "7" } as AuditEntry;
  const event = { details: { entry: "7", by: "anna" } } as unknown as Happening;

  it("stands in the entry, else in the event, else nowhere", () => {
    expect(whoDid({ ...entry, by: "ben" }, [event])).toBe("ben");
    expect(whoDid(entry, [event])).toBe("anna");
    expect(whoDid({ ...entry, id: "8" }, [event])).toBeNull();
  });
});
