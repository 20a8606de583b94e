/** What a panel's report says about the panel: producing, resting, asleep with all others, or silent. */

import type { Inverter, Maybe } from "../api/types";
import { parseTime } from "./time";

export type PanelState = "producing" | "idle" | "asleep" | "silent" | "unknown";

export interface Panel {
  inverter: Inverter;
  state: PanelState;
  /** Power now; null where the last report is too old to say. */
  power_w: Maybe<number>;
  /** Of its own maximum, 0 to 1. */
  share: Maybe<number>;
  /** Tenths of its maximum, 0 to 9. */
  heat: Maybe<number>;
  at_ms: Maybe<number>;
}

/** Inverters report every 5 to 15 minutes, or hourly; that many reports may be lost before the panel counts as silent. */
const LOST_REPORTS = 4;
const LEAST_PATIENCE_MS = 2 * 3600_000;
const USUAL_INTERVAL_S = 900;
/** An inverter's own consumption and the noise around zero. */
const IDLE_W = 2;
export const HEAT_STEPS = 10;

/** Judge all panels together: at night all are old alike, and none of them is ill for it. */
export function buildPanels(inverters: readonly Inverter[], now_ms: number): Panel[] {
  const newest = Math.max(...inverters.map(({ at }) => parseTime(at) ?? Number.NEGATIVE_INFINITY));
  return inverters.map((inverter) => buildPanel(inverter, newest, now_ms));
}

function buildPanel(inverter: Inverter, newest_ms: number, now_ms: number): Panel {
  const at_ms = parseTime(inverter.at);
  const patience_ms = Math.max(LEAST_PATIENCE_MS, LOST_REPORTS * 1000 * (inverter.report_interval_s ?? USUAL_INTERVAL_S));
  const isAsleep = newest_ms !== Number.NEGATIVE_INFINITY && now_ms - newest_ms > patience_ms;
  const isBehind = at_ms !== null && newest_ms - at_ms > patience_ms;
  const isCut = inverter.communicating === false && !isAsleep;
  const state = isBehind || isCut ? "silent" : isAsleep ? "asleep" : stateOf(inverter);
  const isCurrent = state === "producing" || state === "idle";
  const share = isCurrent ? shareOf(inverter) : null;
  const heat = share === null ? null : Math.min(HEAT_STEPS - 1, Math.floor(share * HEAT_STEPS));
  return { inverter, state, power_w: isCurrent ? inverter.power_w : null, share, heat, at_ms };
}

function stateOf({ power_w }: Inverter): PanelState {
  if (power_w === null) return "unknown";
  return power_w > IDLE_W ? "producing" : "idle";
}

function shareOf({ power_w, max_power_w }: Inverter): Maybe<number> {
  if (power_w === null || max_power_w === null || max_power_w <= 0) return null;
  return Math.min(1, Math.max(0, power_w / max_power_w));
}

/** The middle power of the panels that say one. */
export function medianPower(panels: readonly Panel[]): Maybe<number> {
  const powers = panels.flatMap(({ power_w }) => (power_w === null ? [] : [power_w])).sort((left, right) => left - right);
  if (powers.length === 0) return null;
  const half = powers.length / 2;
  const upper = powers[Math.floor(half)]!;
  return Number.isInteger(half) ? (upper + powers[half - 1]!) / 2 : upper;
}

/** The last digits of a serial that tell these panels apart, at least four. */
export function shortSerials(serials: readonly string[]): string[] {
  for (let digits = 4; digits < 12; digits += 1) {
    const short = serials.map((serial) => serial.slice(-digits));
    if (new Set(short).size === new Set(serials).size) return short;
  }
  return [...serials];
}

const GAP_PX = 8;

/** Columns in which tiles fill their rows best: few empty places first, then large tiles. */
export function columnsFor(count: number, width_px: number): number {
  const least = count > 60 ? 54 : 72;
  const largest = Math.min(160, Math.max(least, width_px / 7));
  const most = Math.max(1, Math.floor((width_px + GAP_PX) / (least + GAP_PX)));
  const fewest = Math.min(most, Math.ceil((width_px + GAP_PX) / (largest + GAP_PX)));
  let best = fewest;
  for (let columns = fewest; columns <= most; columns += 1) if (emptyPlaces(count, columns) < emptyPlaces(count, best)) best = columns;
  return Math.max(1, best);
}

function emptyPlaces(count: number, columns: number): number {
  return (columns - (count % columns)) % columns;
}
