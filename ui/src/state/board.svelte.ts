/** What the page knows: gateways by the event stream, site and history by REST. */

import { ApiError, fetchCompared, fetchGateways, fetchHistoryState, fetchPower, fetchRecent, fetchSite, fetchToday, setContact } from "../api/client";
import { LiveStream } from "../api/live";
import type { ComparedDay, GatewayStatus, HistoryStatus, Maybe, PowerColumns, Site, Snapshot, Start, Today, Update } from "../api/types";
import { devicesOf, hasStorage, peakPower } from "../lib/devices";
import type { DeviceId } from "../lib/flow";
import { buildFormat, type Format } from "../lib/format";
import { locale } from "../lib/i18n.svelte";
import { choices } from "../lib/preferences.svelte";
import { ended, seeded, withReading, type Line } from "../lib/recent";
import { reportedAt } from "../lib/reports";
import { afterPaint } from "../lib/painted";
import { dayOf, parseTime, type Span } from "../lib/time";
import { keepUpdates, openKept, readKept } from "./kept";

/** History keeps minutes; a day is drawn in steps of five. */
export const STEP_S = 300;
const MINUTE_MS = 60_000;
/** The gateway that this browser looked at last. */
const STORED = "openvoy.gateway";
const TICK_MS = 5000;
/** How today compares changes slowly. */
const COMPARED_MS = 5 * MINUTE_MS;
/** The server says its time in whole seconds, and the reply takes a while; clocks that agree so far agree. */
const LEAST_SKEW_MS = 3000;
/** The first update comes at once; the page is not drawn before it, so that nothing moves when it comes. */
const PATIENCE_MS = 1500;

export interface Entry {
  status: GatewayStatus;
  snapshot: Maybe<Snapshot>;
  /** What this gateway has had since the page was opened; a device does not vanish because one reply failed. */
  devices: DeviceId[];
  hasStorage: boolean;
  peak_w: number;
  /** Its last minutes. */
  line: Line;
}

export interface Failure {
  message: string;
  hint: string;
}

export type Connection = { phase: "connecting" | "open" } | { phase: "lost"; since_ms: number; retry_ms: number };

export class Board {
  entries = $state.raw<ReadonlyMap<string, Entry>>(new Map());
  connection = $state.raw<Connection>({ phase: "connecting" });
  site = $state.raw<Maybe<Site>>(null);
  today = $state.raw<Maybe<Today>>(null);
  todayFailure = $state.raw<Maybe<Failure>>(null);
  compared = $state.raw<Maybe<ComparedDay>>(null);
  comparedFailure = $state.raw<Maybe<Failure>>(null);
  /** By serial, how far below the panels beside them some are today, in percent; null until it is known. */
  weak = $state.raw<Maybe<ReadonlyMap<string, number>>>(null);
  /** Set while all that is shown is what this browser kept: when that was. */
  keptAt_ms = $state<Maybe<number>>(null);
  /** Whether what is collected is kept; null until it is known. */
  history = $state.raw<Maybe<HistoryStatus>>(null);
  power = $state.raw<Maybe<{ columns: PowerColumns; span: Span }>>(null);
  powerFailure = $state.raw<Maybe<Failure>>(null);
  /** The server's time, in ms; moves every few seconds. */
  now_ms = $state(Date.now());
  /** The day on the chart, 0 is today. */
  dayShift = $state(0);

  #chosen = $state<string | null>(localStorage.getItem(STORED));
  #skew_ms = 0;
  #comparedAt_ms = 0;
  #site: Maybe<Promise<Site>> = null;
  #isRefreshDue = false;
  /** What is shown first came in one reply; the stream tells it again when it opens. */
  #isGiven = false;
  #unpainted: () => void = () => undefined;
  #stream = new LiveStream({
    update: (update) => this.receive(update),
    opened: (server_ms) => this.#opened(server_ms),
    paused: () => (this.connection = { phase: "connecting" }),
    lost: (retry_ms) => this.#lost(retry_ms),
  });
  #patience: ReturnType<typeof setTimeout> | undefined;
  #timers: ReturnType<typeof setInterval>[] = [];

  #hasWaited = $state(false);
  #hasBeenReady = false;
  /** A band about history stands above the page, or it will not. */
  #isHistoryAsked = $state(false);
  names = $derived([...this.entries.keys()]);
  selected = $derived(this.#chosen !== null && this.entries.has(this.#chosen) ? this.#chosen : this.names[0]);
  entry = $derived(this.selected === undefined ? undefined : this.entries.get(this.selected));
  snapshot = $derived(this.entry?.snapshot ?? null);
  timeZone = $derived(this.site?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  format: Format = $derived(buildFormat(locale(), this.timeZone, choices()));
  /** Live values are what happens now, not what happened when contact was lost. */
  isLive = $derived(this.connection.phase === "open" && this.entry?.status.is_fresh === true);
  /** Where values on screen are not live: the time they were measured, as text. */
  asOf = $derived(this.isLive || this.snapshot === null ? null : this.format.when(measuredAt(this.entry), this.now_ms));
  /** Where solar power on screen is the sum of what panels reported, though all else is live: when that was, as text. */
  reportedOf = $derived.by(() => {
    const at_ms = this.isLive ? reportedAt(this.snapshot) : null;
    return at_ms === null ? null : this.format.when(at_ms, this.now_ms);
  });
  /** What a gateway has is known in a moment where its first replies are on their way. */
  #isTold = $derived(this.entry !== undefined && (this.snapshot !== null || this.entry.status.state !== "starting"));
  /** Whether the page may be drawn. Once it is it stays, with what was typed, though a gateway starts anew under it. */
  isReady = $derived.by(() => (this.#hasBeenReady ||= (this.#isTold && this.#isHistoryAsked) || this.connection.phase === "lost" || this.#hasWaited));
  /** A query needs the gateway's name only where there is more than one. It stays the same from update to update. */
  gateway: string | undefined = $derived(this.names.length > 1 ? this.selected : undefined);
  /** Whose history is shown, as a query has it. */
  #asked = $derived(`${this.selected ?? ""} ${this.gateway ?? ""}`);
  devices: DeviceId[] = $derived(this.entry?.devices ?? ["solar", "grid"]);
  #dayStart_s = $derived(dayOf(this.now_ms, this.timeZone, this.dayShift).start_s);
  #dayEnd_s = $derived(dayOf(this.now_ms, this.timeZone, this.dayShift).end_s);
  /** The day on the chart; the same object until the day changes. */
  day: Span = $derived({ start_s: this.#dayStart_s, end_s: this.#dayEnd_s });

  /** Take in what a page shows first. */
  take(start: Start): void {
    this.#opened(parseTime(start.at));
    this.site = start.site;
    this.history = start.history;
    this.#isHistoryAsked = true;
    this.today = start.today;
    this.compared = start.compared;
    this.#comparedAt_ms = this.now_ms;
    this.#isGiven = true;
    for (const update of start.gateways) this.receive(update);
    // It is of the first gateway, and this browser may look at another.
    if (this.selected !== this.names[0]) [this.today, this.compared] = [null, null];
  }

  start(): void {
    openKept();
    if (this.#isGiven) this.#unpainted = afterPaint(() => void this.#follow());
    else void this.#follow();
    this.#patience = setTimeout(() => (this.#hasWaited = true), PATIENCE_MS);
    this.#timers.push(setInterval(() => (this.now_ms = this.#serverNow()), TICK_MS));
    this.#timers.push(setInterval(() => void this.#everyMinute(), MINUTE_MS));
  }

  /** Hear what changes, and read what nobody has said yet. */
  async #follow(): Promise<void> {
    this.#stream.start();
    if (!this.#isGiven) return void (await Promise.all([this.#readSite(), this.#readHistoryState()]));
    if (this.entries.size === 0) return;
    if (this.today === null) await this.#readToday();
    await Promise.all([this.readPower(), this.#readRecent()]);
    if (this.compared === null) await this.#readCompared();
  }

  stop(): void {
    this.#unpainted();
    this.#stream.stop();
    clearTimeout(this.#patience);
    this.#timers.forEach(clearInterval);
  }

  choose(name: string): void {
    this.#chosen = name;
    localStorage.setItem(STORED, name);
    this.today = null;
    this.compared = null;
    this.weak = null;
    this.power = null;
    void this.refresh();
  }

  /** Take in what the stream says about one gateway. */
  receive({ status, snapshot }: Update): void {
    const before = this.entries.get(status.name);
    const at_ms = parseTime(snapshot?.at);
    const line = before?.line ?? [];
    const entry: Entry = {
      status,
      line: !status.is_fresh
        ? ended(line, this.#serverNow() / 1000)
        : snapshot === null || at_ms === null
          ? line
          : withReading(line, { at_s: at_ms / 1000, power: snapshot.power }),
      snapshot: snapshot ?? before?.snapshot ?? null,
      devices: devicesOf(snapshot, before?.devices ?? []),
      hasStorage: (before?.hasStorage ?? false) || hasStorage(snapshot),
      peak_w: Math.max(before?.peak_w ?? 0, peakPower(snapshot)),
    };
    const isNew = before === undefined;
    this.entries = new Map(this.entries).set(status.name, entry);
    this.now_ms = this.#serverNow();
    if (this.keptAt_ms === null) keepUpdates(this.now_ms, () => [...this.entries.values()]);
    if (isNew && !this.#isGiven && (this.selected === status.name || this.names.length === 2)) this.#refreshSoon();
  }

  /** Gateways are told one after the other; what is asked depends on whether there are several. */
  #refreshSoon(): void {
    if (this.#isRefreshDue) return;
    this.#isRefreshDue = true;
    queueMicrotask(() => {
      this.#isRefreshDue = false;
      void this.refresh();
    });
  }

  /** Read again what does not come by the stream. */
  async refresh(): Promise<void> {
    const today = this.#readToday();
    if (this.site === null) await this.#readSite();
    await today;
    await Promise.all([this.readPower(), this.#readRecent(), this.#readHistoryState()]);
    await this.#readCompared();
  }

  /** Name, place and time zone have been changed. */
  async refreshSite(): Promise<void> {
    await this.#readSite();
    await this.refresh();
  }

  showDay(shift: number): void {
    this.dayShift = Math.min(0, shift);
    this.power = null;
    void this.readPower();
  }

  async readPower(): Promise<void> {
    const { day: span, dayShift } = this;
    const asked = this.#asked;
    const isCurrent = (): boolean => this.dayShift === dayShift && this.#asked === asked;
    try {
      const columns = await fetchPower(span, STEP_S, this.gateway);
      if (!isCurrent()) return;
      this.power = { columns, span };
      this.powerFailure = null;
    } catch (error) {
      if (isCurrent()) this.powerFailure = failureOf(error);
    }
  }

  async #readRecent(): Promise<void> {
    const { selected } = this;
    if (selected === undefined) return;
    try {
      const columns = await fetchRecent(this.gateway);
      const entry = this.entries.get(selected);
      if (entry !== undefined) this.entries = new Map(this.entries).set(selected, { ...entry, line: seeded(columns, entry.line) });
    } catch {
      // The line begins with what this page sees.
    }
  }

  async #readCompared(): Promise<void> {
    const asked = this.#asked;
    this.#comparedAt_ms = this.now_ms;
    try {
      const compared = await fetchCompared(this.gateway);
      if (this.#asked !== asked) return;
      this.compared = compared;
      this.comparedFailure = null;
    } catch (error) {
      if (this.#asked === asked) this.comparedFailure = failureOf(error);
    }
  }

  async #readToday(): Promise<void> {
    const asked = this.#asked;
    try {
      const today = await fetchToday(this.gateway);
      if (this.#asked !== asked) return;
      this.today = today;
      this.todayFailure = null;
    } catch (error) {
      if (this.#asked === asked) this.todayFailure = failureOf(error);
    }
  }

  async #readHistoryState(): Promise<void> {
    try {
      this.history = await fetchHistoryState();
    } catch {
      // What was said last stands; contact that is lost is told by itself.
    } finally {
      this.#isHistoryAsked = true;
    }
  }

  async #readSite(): Promise<void> {
    this.#site ??= fetchSite();
    try {
      this.site = await this.#site;
    } catch {
      // The page works without its name; the browser's time zone stands in until the next minute.
    } finally {
      this.#site = null;
    }
  }

  async #everyMinute(): Promise<void> {
    if (document.visibilityState === "hidden" || this.selected === undefined) return;
    if (this.site === null) await this.#readSite();
    await Promise.all([this.#readToday(), this.#readHistoryState()]);
    // A service that has just begun reads its prices later than its values.
    const isUnpriced = this.compared !== null && this.compared.money === null;
    if (isUnpriced || this.comparedFailure !== null || this.now_ms - this.#comparedAt_ms >= COMPARED_MS) await this.#readCompared();
    const shown = this.power;
    const isBehind =
      shown === null || shown.span.start_s !== this.day.start_s || this.now_ms / 1000 - lastOf(shown.columns.at) > 2 * STEP_S;
    if (this.dayShift === 0 && isBehind) await this.readPower();
  }

  #opened(server_ms: number | null): void {
    const skew_ms = server_ms === null ? 0 : server_ms - Date.now();
    this.#skew_ms = Math.abs(skew_ms) < LEAST_SKEW_MS ? 0 : skew_ms;
    this.connection = { phase: "open" };
    setContact(true);
    this.keptAt_ms = null;
    this.now_ms = this.#serverNow();
    if (this.entries.size > 0 && !this.#isGiven) void this.#forgetGone().then(() => this.refresh());
    this.#isGiven = false;
  }

  /** The service begins its stream anew when gateways were added or removed. */
  async #forgetGone(): Promise<void> {
    try {
      const names = new Set((await fetchGateways()).map(({ name }) => name));
      if (this.names.some((name) => !names.has(name))) this.entries = new Map([...this.entries].filter(([name]) => names.has(name)));
    } catch {
      // The next time tells.
    }
  }

  #lost(retry_ms: number): void {
    this.#isGiven = false;
    setContact(false);
    const since_ms = this.connection.phase === "lost" ? this.connection.since_ms : this.#serverNow();
    this.connection = { phase: "lost", since_ms, retry_ms: retry_ms + this.#skew_ms };
    this.entries = new Map([...this.entries].map(([name, entry]) => [name, { ...entry, line: ended(entry.line, since_ms / 1000) }]));
    if (this.entries.size === 0) void this.#showKept();
  }

  /** Without contact, show what this browser kept, in its time; none of it counts as live. */
  async #showKept(): Promise<void> {
    const kept = await readKept();
    if (kept === null || this.entries.size > 0 || this.connection.phase !== "lost") return;
    this.keptAt_ms = kept.at_ms;
    for (const { status, snapshot } of kept.updates) this.receive({ status: { ...status, is_fresh: false }, snapshot });
  }

  /** The server's time; of what was kept, the time it was kept. */
  #serverNow(): number {
    return this.keptAt_ms ?? Date.now() + this.#skew_ms;
  }
}

function lastOf(times: readonly number[]): number {
  return times.at(-1) ?? Number.NEGATIVE_INFINITY;
}

function failureOf(error: unknown): Failure {
  if (error instanceof ApiError) return { message: error.message, hint: error.hint };
  return { message: error instanceof Error ? error.message : String(error), hint: "" };
}

/** When the values on screen were measured. */
export function measuredAt(entry: Entry | undefined): Maybe<number> {
  return parseTime(entry?.status.fresh_at) ?? parseTime(entry?.snapshot?.at);
}
