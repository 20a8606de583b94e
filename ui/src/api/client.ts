/** The service's API: reads, and what a page changes. */

import { NO_ANSWER } from "../lib/sentences";
import type { ComparedDay, EnergyColumns, GatewayStatus, HistoryStatus, InverterColumns, LiveColumns, MeReply, PowerColumns, Site, Start, Today } from "./types";
import type { Span } from "../lib/time";
import { KEPT_AT } from "../offline/rules";

/** What the service answered instead of data; `hint` says what to do. */
export class ApiError extends Error {
  readonly hint: string;
  /** Of HTTP; 404 is "there is no such thing here". */
  readonly status: number;
  /** Its class among the errors of the service, such as CredentialRejected; empty where the service did not say. */
  readonly kind: string;

  constructor(message: string, hint: string, status = 0, kind = "") {
    super(message);
    this.hint = hint;
    this.status = status;
    this.kind = kind;
  }
}

/** What went wrong and what helps, in one line. */
export const sayError = (error: unknown): string =>
  error instanceof Error ? [error.message, error instanceof ApiError ? error.hint : ""].join(" ").trim() : String(error);

const TIMEOUT_MS = 20_000;
const SLOW_TIMEOUT_MS = 120_000;

/** Relative to the page, so that the dashboard also works below a path of a reverse proxy. */
export function apiUrl(path: string, query: Record<string, string | number | undefined> = {}): string {
  const url = new URL(`api/v1/${path}`, document.baseURI);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
  return url.href;
}

export type Query = Record<string, string | number | undefined>;

/** The cookie whose value proves that a change comes from this page. */
const TOKEN = /(?:^|;\s*)openvoy_csrf=([^;]+)/;

let hasContact = false;

/** Say whether the service is there: then a reply that was kept from before is no answer. */
export function setContact(is: boolean): void {
  hasContact = is;
}

let forbidden: () => void = () => undefined;

/** Be told when a login has ended. */
export function onForbidden(listener: () => void): void {
  forbidden = listener;
}

/** Whatever asked: a reply of this status says that the login has ended. */
export function heedStatus(status: number): void {
  if (status === 401) forbidden();
}

export async function read<T>(path: string, query: Query = {}): Promise<T> {
  return await answer<T>(await ask(apiUrl(path, query), { signal: AbortSignal.timeout(TIMEOUT_MS) }));
}

/** Change something, which may take a while. */
export async function send<T>(
  method: "POST" | "PUT" | "DELETE",
  path: string,
  body: unknown,
  query: Query = {},
  timeout_ms = SLOW_TIMEOUT_MS,
): Promise<T> {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": TOKEN.exec(document.cookie)?.[1] ?? "" };
  const request = { method, headers, body: JSON.stringify(body), signal: AbortSignal.timeout(timeout_ms) };
  const reply = await ask(apiUrl(path, query), request);
  // Somebody else may be in by now, to whom the page has to look otherwise.
  if (reply.status === 403) forbidden();
  return await answer<T>(reply);
}

async function ask(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (error) {
    throw new TypeError(NO_ANSWER, { cause: error });
  }
}

async function answer<T>(reply: Response): Promise<T> {
  if (reply.ok && hasContact && reply.headers.has(KEPT_AT)) throw new TypeError(NO_ANSWER);
  if (reply.ok) return (await reply.json()) as T;
  heedStatus(reply.status);
  const problem = (await reply.json().catch(() => ({}))) as { error?: string; hint?: string; kind?: string };
  throw new ApiError(problem.error ?? `HTTP ${reply.status}`, problem.hint ?? "", reply.status, problem.kind);
}

/** All that a page shows first, in one reply, which `index.html` asks for. */
export const fetchStart = (): Promise<Start> => read("start");

export const fetchMe = (): Promise<MeReply> => read("me");

export const changeMe = (path: "login" | "login/link" | "logout", body: Record<string, string>): Promise<MeReply> =>
  send("POST", path, body);

export const fetchGateways = (): Promise<GatewayStatus[]> => read("gateways");
export const fetchSite = (): Promise<Site> => read("site");

export const fetchHistoryState = (): Promise<HistoryStatus> => read("history/state");

export const fetchToday = (gateway: string | undefined): Promise<Today> => read("today", { gateway });

export const fetchCompared = (gateway: string | undefined): Promise<ComparedDay> => read("today/compared", { gateway });

export const fetchRecent = (gateway: string | undefined): Promise<LiveColumns> => read("history/live", { minutes: 15, gateway });

export const fetchPower = (span: Span, step_s: number, gateway: string | undefined): Promise<PowerColumns> =>
  read("history/power", { start: span.start_s, end: span.end_s, step_s, gateway });

export const fetchHours = (span: Span, gateway: string | undefined): Promise<EnergyColumns> =>
  read("history/energy", { start: span.start_s, end: span.end_s, by: "hour", gateway });

export const fetchInverter = (span: Span, serial: string, gateway: string | undefined): Promise<InverterColumns> =>
  read("history/inverters", { start: span.start_s, end: span.end_s, serial, gateway });
