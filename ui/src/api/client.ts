/** Reads of the service's API. */

import type { EnergyColumns, InverterColumns, PowerColumns, Site, Today } from "./types";
import type { Span } from "../lib/time";

/** What the service answered instead of data; `hint` says what to do. */
export class ApiError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

const TIMEOUT_MS = 20_000;

/** Relative to the page, so that the dashboard also works below a path of a reverse proxy. */
export function apiUrl(path: string, query: Record<string, string | number | undefined> = {}): string {
  const url = new URL(`api/v1/${path}`, document.baseURI);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
  return url.href;
}

async function read<T>(path: string, query: Record<string, string | number | undefined> = {}): Promise<T> {
  const reply = await fetch(apiUrl(path, query), { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (reply.ok) return (await reply.json()) as T;
  const problem = (await reply.json().catch(() => ({}))) as { error?: string; hint?: string };
  throw new ApiError(problem.error ?? `HTTP ${reply.status}`, problem.hint ?? "");
}

export const fetchSite = (): Promise<Site> => read("site");

export const fetchToday = (gateway: string | undefined): Promise<Today> => read("today", { gateway });

export const fetchPower = (span: Span, step_s: number, gateway: string | undefined): Promise<PowerColumns> =>
  read("history/power", { start: span.start_s, end: span.end_s, step_s, gateway });

export const fetchHours = (span: Span, gateway: string | undefined): Promise<EnergyColumns> =>
  read("history/energy", { start: span.start_s, end: span.end_s, by: "hour", gateway });

export const fetchInverter = (span: Span, serial: string, gateway: string | undefined): Promise<InverterColumns> =>
  read("history/inverters", { start: span.start_s, end: span.end_s, serial, gateway });
