/** What the sun gives where no meter measures it: the sum of what panels reported last, every 5 to 15 minutes by day. */

import type { Maybe, Snapshot } from "../api/types";
import { parseTime } from "./time";

/** When the panels last reported, in ms; null where solar power is of now, or unknown. */
export function reportedAt(snapshot: Maybe<Snapshot>): Maybe<number> {
  if (snapshot === null || snapshot.power.solar_w === null) return null;
  const { gateway, meters, inverters } = snapshot;
  // Firmware that names no meters measures all the same.
  const isMeasured = meters.length === 0 ? gateway.model === "metered" : meters.some(({ kind, state }) => kind === "production" && state === "enabled");
  const reports = inverters.flatMap(({ at }) => parseTime(at) ?? []);
  return isMeasured || reports.length === 0 ? null : Math.max(...reports);
}
