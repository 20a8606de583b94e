/** Which devices a site has, judged by what its gateway says over time. */

import type { Maybe, Snapshot } from "../api/types";
import { REST_W, type DeviceId } from "./flow";

const ORDER: readonly DeviceId[] = ["solar", "battery", "grid", "generator"];

/** The devices that a snapshot shows, and those that were there before. Every site has a sun and a grid. */
export function devicesOf(snapshot: Maybe<Snapshot>, before: readonly DeviceId[]): DeviceId[] {
  const found = new Set<DeviceId>(["solar", "grid", ...before]);
  if (hasStorage(snapshot)) found.add("battery");
  if (hasGenerator(snapshot)) found.add("generator");
  return ORDER.filter((id) => found.has(id));
}

export function hasStorage(snapshot: Maybe<Snapshot>): boolean {
  if (snapshot === null) return false;
  return snapshot.storage !== null || snapshot.batteries.length > 0 || snapshot.power.battery_w !== null;
}

function hasGenerator(snapshot: Maybe<Snapshot>): boolean {
  if (snapshot === null) return false;
  const { generator_w } = snapshot.power;
  return snapshot.generator !== null || (generator_w !== null && generator_w > REST_W);
}

/** The highest power on any leg. */
export function peakPower(snapshot: Maybe<Snapshot>): number {
  if (snapshot === null) return 0;
  const { solar_w, grid_w, battery_w, generator_w } = snapshot.power;
  return Math.max(0, ...[solar_w, grid_w, battery_w, generator_w].flatMap((value) => (value === null ? [] : [Math.abs(value)])));
}
