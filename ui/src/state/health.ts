/** One word for how it goes, from connection and gateway together. */

import type { Entry, Connection } from "./board.svelte";

export type HealthKey = "live" | "connecting" | "lost" | "starting" | "degraded" | "stale" | "unreachable" | "needs_login" | "quiet";

export interface Health {
  key: HealthKey;
  level: "good" | "calm" | "warn" | "bad";
}

/** Trouble between browser and service hides what is known of the gateway: it may be old. */
export function healthOf(connection: Connection, entry: Entry | undefined): Health {
  if (connection.phase === "lost") return { key: "lost", level: "bad" };
  if (connection.phase === "connecting" || entry === undefined) return { key: "connecting", level: "calm" };
  const { state, is_fresh } = entry.status;
  if (state === "unreachable" || state === "needs_login") return { key: state, level: "bad" };
  if (state === "starting") return { key: "starting", level: "calm" };
  if (state === "quiet") return { key: "quiet", level: "calm" };
  if (!is_fresh) return { key: "stale", level: "warn" };
  return state === "degraded" ? { key: "degraded", level: "warn" } : { key: "live", level: "good" };
}
