import { read } from "../../api/client";
import type { Maybe } from "../../api/types";
import type { Span } from "../../lib/time";
import type { BalanceColumns } from "./balance";

export interface MeterColumns {
  at: number[];
  eid: number[];
  channel: number[];
  active_power_w: Maybe<number>[];
  power_factor: Maybe<number>[];
  voltage_v: Maybe<number>[];
  voltage_v_min: Maybe<number>[];
  voltage_v_max: Maybe<number>[];
  current_a: Maybe<number>[];
  frequency_hz: Maybe<number>[];
  frequency_hz_min: Maybe<number>[];
  frequency_hz_max: Maybe<number>[];
}

export interface Finding {
  severity: "note" | "warning" | "error";
  what: string;
  evidence: string;
  advice: string;
  sureness: "certain" | "likely" | "possible";
}

export const STEP_S = 600;

export const fetchMeters = (span: Span, eid: number, gateway: string | undefined): Promise<MeterColumns> =>
  read("history/meters", { start: span.start_s, end: span.end_s, step_s: STEP_S, eid, gateway });

export const fetchFindings = (gateway: string | undefined): Promise<Finding[]> => read("meters/check", { gateway });

export const fetchBalance = (span: Span, gateway: string | undefined): Promise<BalanceColumns> =>
  read("history/energy", { start: span.start_s, end: span.end_s, by: "hour", gateway });
