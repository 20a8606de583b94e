import { read } from "../../api/client";
import type { Maybe } from "../../api/types";
import type { Change } from "../control/api";

export interface KnownDevice {
  gateway: string;
  kind: string;
  serial: string;
  part_number: Maybe<string>;
  firmware: Maybe<string>;
  first_seen: number;
  last_seen: number;
}

export interface LogEntry {
  id: string;
  text: string;
  serial: Maybe<string>;
  device: Maybe<string>;
  local_time: Maybe<string>;
}

export interface Happening {
  gateway: string;
  at: string;
  kind: string;
  subject: string;
  text: string;
  details: Record<string, string | number | boolean | null>;
}

export interface AuditEntry {
  id: string;
  at: string;
  gateway: string;
  control: string;
  target: string;
  changes: Change[];
  outcome: string;
  detail: string;
  /** Who told it; empty where that was not said. */
  by?: string;
}

export const PAGE = 25;

export const fetchDevices = (gateway: string | undefined): Promise<KnownDevice[]> => read("devices", { gateway });
export const fetchLog = (gateway: string | undefined): Promise<LogEntry[]> => read("gateway/log", { gateway });
export const fetchAudit = (): Promise<AuditEntry[]> => read("control/audit", { limit: 100 });

/** One more than a page, to know whether there is a next one. */
export const fetchEvents = (skip: number, kind: string, text: string, gateway: string | undefined): Promise<Happening[]> =>
  read("events", { limit: PAGE + 1, skip, kind: kind || undefined, text: text || undefined, gateway });

/** What was changed, of all gateways as the audit is; it says who did it. */
export const fetchChanges = (): Promise<Happening[]> => read("events", { limit: 1000, kind: "control" });

/** Who changed something stands in the entry, or in the event that the change left; null where nobody said. */
export function whoDid(entry: AuditEntry, events: readonly Happening[]): Maybe<string> {
  if (entry.by) return entry.by;
  const found = events.find(({ details }) => details["entry"] === entry.id)?.details["by"];
  return typeof found === "string" ? found : null;
}
