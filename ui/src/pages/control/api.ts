/** What a gateway can be told, what would be sent, doing it, taking it back. */

import { read, send } from "../../api/client";
import type { Maybe } from "../../api/types";

export type Setting = boolean | number | string | null;

export interface Argument {
  name: string;
  kind: "choice" | "number" | "flag" | "text" | "time" | "json";
  summary: string;
  unit: string;
  least: Maybe<number>;
  most: Maybe<number>;
  choices: string[];
  is_required: boolean;
  is_target: boolean;
}

export interface Offer {
  name: string;
  summary: string;
  risk: string;
  arguments: Argument[];
  /** Settings by target; the key is empty where there is one thing only. */
  current: Record<string, Record<string, Setting>>;
  is_offered: boolean;
  family: "control" | "provision";
  reason: string;
}

export interface Controls {
  is_enabled: boolean;
  offers: Offer[];
}

export interface Change {
  name: string;
  before: Setting;
  after: Setting;
}

export interface PlannedRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface Preview {
  control: string;
  target: string;
  changes: Change[];
  requests: PlannedRequest[];
  risk: string;
  notes: string[];
  obstacle: string;
}

export type Outcome =
  | "unchanged"
  | "sent"
  | "took effect"
  | "pending"
  | "unconfirmed"
  | "ignored"
  | "overwritten"
  | "refused";

export interface AuditEntry {
  id: string;
  at: string;
  gateway: string;
  control: string;
  target: string;
  changes: Change[];
  outcome: Outcome;
  detail: string;
  undoes: Maybe<string>;
  /** Who did it; empty where that was not said. */
  by: string;
}

export interface Wish {
  control: string;
  arguments: Record<string, Setting>;
  gateway: string | undefined;
}

/** A gateway that is away after it was told something is waited for, five minutes and more. */
const LONGEST_MS = 420_000;

export const fetchControls = (gateway: string | undefined): Promise<Controls> => read("control", { gateway });
export const previewControl = (wish: Wish): Promise<Preview> => send("POST", "control/preview", wish);
export const applyControl = (wish: Wish): Promise<AuditEntry> => send("POST", "control/apply", wish, {}, LONGEST_MS);
export const previewUndo = (id: string, gateway: string | undefined): Promise<Preview> => send("POST", "control/undo/preview", { id, gateway });
export const undoControl = (id: string, gateway: string | undefined): Promise<AuditEntry> =>
  send("POST", "control/undo", { id, gateway }, {}, LONGEST_MS);
export const fetchAudit = (): Promise<AuditEntry[]> => read("control/audit", { limit: 50 });
