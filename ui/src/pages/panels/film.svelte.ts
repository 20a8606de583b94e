/** A day of the array: what is chosen to be shown, what was asked for it, and the moment that is looked at. */

import { untrack } from "svelte";
import type { InverterColumns, Maybe } from "../../api/types";
import { Asking, roundOf } from "../../lib/asking.svelte";
import { dayOf, type Span } from "../../lib/time";
import type { Board } from "../../state/board.svelte";
import { fetchEnergies, fetchReports, sumEnergies } from "./api";
import { bySerial, FRAME_S, framesOf, lastFull } from "./frames";

export type Measure = "power" | "energy";
export type Period = "day" | "week" | "month";

const DAYS: Record<Period, number> = { day: 0, week: 6, month: 29 };
const PLAY_MS = 120;

export class Film {
  measure = $state<Measure>("power");
  period = $state<Period>("day");
  /** Days before today, as 0 or less. */
  shift = $state(0);
  isPlaying = $state(false);
  reports = new Asking<InverterColumns>();
  /** Of the period that ends with the day. */
  energies = new Asking<ReadonlyMap<string, Maybe<number>>>();
  #chosen_s = $state<Maybe<number>>(null);
  #board: Board;
  #round = $derived.by(() => (this.shift === 0 ? roundOf(this.#board.now_ms) : 0));
  #start_s = $derived.by(() => dayOf(this.#board.now_ms, this.#board.timeZone, this.shift).start_s);
  #first_s = $derived.by(() => dayOf(this.#board.now_ms, this.#board.timeZone, this.shift - DAYS[this.period]).start_s);
  #day = $derived.by(() => dayOf(this.#start_s * 1000 + 1000, this.#board.timeZone));
  #histories = $derived(this.reports.answer === null ? null : bySerial(this.reports.answer));
  #full_s = $derived(this.#histories === null ? null : lastFull(this.#histories));
  #frames = $derived.by(() => {
    const frames = this.reports.answer === null ? null : framesOf(this.reports.answer, this.#day);
    // Of the last minutes of today most panels have not reported yet.
    if (frames === null || this.shift !== 0 || this.#full_s === null) return frames;
    return { ...frames, last_s: Math.max(frames.first_s, Math.min(frames.last_s, this.#full_s)) };
  });

  constructor(board: Board) {
    this.#board = board;
  }

  get day(): Span {
    return this.#day;
  }

  get histories(): ReturnType<typeof bySerial> | null {
    return this.#histories;
  }

  /** From the first report to the last; null where there is nothing to move along. */
  get frames(): { first_s: number; last_s: number } | null {
    return this.#frames !== null && this.#frames.last_s > this.#frames.first_s ? this.#frames : null;
  }

  get frame_s(): Maybe<number> {
    const frames = this.#frames;
    return frames === null ? null : Math.min(frames.last_s, Math.max(frames.first_s, this.#chosen_s ?? this.#usual()));
  }

  /** Unless somebody chose a time: the last of today that most panels reported, the noon of other days. */
  #usual(): number {
    if (this.shift === 0) return this.#full_s ?? Math.floor(this.#board.now_ms / 1000 / FRAME_S) * FRAME_S - 2 * FRAME_S;
    return this.#day.start_s + Math.floor((this.#day.end_s - this.#day.start_s) / 2 / FRAME_S) * FRAME_S;
  }

  get trouble(): Maybe<string> {
    return this.reports.trouble ?? this.energies.trouble;
  }

  loadReports(): () => void {
    const [span, gateway] = [this.#day, this.#board.gateway];
    void this.#round;
    return this.reports.ask(`${span.start_s} ${gateway}`, () => fetchReports(span, gateway));
  }

  loadEnergies(): () => void {
    const [span, gateway] = [{ start_s: this.#first_s, end_s: this.#day.end_s }, this.#board.gateway];
    void this.#round;
    return this.energies.ask(`${span.start_s} ${span.end_s} ${gateway}`, () => fetchEnergies(span, "day", gateway).then(sumEnergies));
  }

  /** Move on while it plays; the result stops that. */
  run(): (() => void) | undefined {
    if (!this.isPlaying || this.frames === null) return undefined;
    const { last_s } = this.frames;
    const timer = setInterval(() => {
      const now = this.frame_s ?? last_s;
      if (now >= last_s) this.isPlaying = false;
      else this.#chosen_s = now + FRAME_S;
    }, PLAY_MS);
    return () => clearInterval(timer);
  }

  /** From the time that somebody chose, else the whole day. */
  play(): void {
    const frames = untrack(() => this.frames);
    if (frames === null) return;
    const chosen_s = this.#chosen_s === null ? frames.last_s : (this.frame_s ?? frames.last_s);
    this.#chosen_s = this.isPlaying || chosen_s < frames.last_s ? this.frame_s : frames.first_s;
    this.isPlaying = !this.isPlaying;
  }

  seek(at_s: number): void {
    this.isPlaying = false;
    this.#chosen_s = at_s;
  }

  go(by: number): void {
    this.shift = Math.min(0, this.shift + by);
    this.#chosen_s = null;
    this.isPlaying = false;
  }
}
