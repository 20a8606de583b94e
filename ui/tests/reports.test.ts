import { describe, expect, it } from "vitest";
import type { Snapshot } from "../src/api/types";
import { reportedAt } from "../src/lib/reports";

function seen(model: string, meters: [string, string][], reports: (string | null)[], solar_w: number | null = 800): Snapshot {
  return {
    gateway: { model },
    power: { solar_w },
    meters: meters.map(([kind, state]) => ({ kind, state })),
    inverters: reports.map((at) => ({ at })),
  } as unknown as Snapshot;
}

const REPORTS = ["2026-06-01T11:40:00Z", null, "2026-06-01T11:45:00Z"];
const LAST = Date.parse("2026-06-01T11:45:00Z");

describe("when solar power was reported", () => {
  it.each([
    ["panels alone: the newest report", seen("standard", [], REPORTS), LAST],
    ["a meter of the house alone", seen("metered", [["net-consumption", "enabled"]], REPORTS), LAST],
    ["a meter of the sun that is off", seen("metered", [["production", "disabled"]], REPORTS), LAST],
    ["a meter of the sun", seen("metered", [["production", "enabled"]], REPORTS), null],
    ["firmware that names no meters", seen("metered", [], REPORTS), null],
    ["panels that never reported", seen("standard", [], [null]), null],
    ["nothing known", seen("standard", [], REPORTS, null), null],
  ])("%s", (_, snapshot, expected) => {
    expect(reportedAt(snapshot)).toBe(expected);
  });

  it("is unknown before anything was said", () => {
    expect(reportedAt(null)).toBeNull();
  });
});
