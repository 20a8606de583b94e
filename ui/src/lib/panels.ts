/** What a panel's report says about the panel: producing, resting, asleep with all others, or silent. */

import type { Inverter, Maybe, Snapshot } from "../api/types";
import { isDay, type Place } from "./sun";
import { parseTime } from "./time";

export type PanelState = "producing" | "idle" | "asleep" | "silent" | "unknown";

/** Why a panel is silent: no panel reports although it is day, it never did, it has not for a day, it is late, or it is not reached. */
export type Silence = "all" | "never" | "dead" | "late" | "unreached";

export interface Panel {
  inverter: Inverter;
  state: PanelState;
  /** Null unless it is silent. */
  silence: Maybe<Silence>;
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
const HOUR_MS = 3600_000;
const LEAST_PATIENCE_MS = 2 * HOUR_MS;
const USUAL_INTERVAL_S = 900;
/** Silent for so long while others reported, it does not come back by itself. */
const DEAD_MS = 24 * HOUR_MS;
/** An inverter's own consumption and the noise around zero. */
const IDLE_W = 2;
export const HEAT_STEPS = 10;

/** What the array gives by its meter when it has light, whatever the clocks of gateway and site say. */
const LIGHT_W = 100;

/** What is known of a moment: the values, and whether they are of now. */
export interface Seen {
  snapshot: Maybe<Snapshot>;
  isLive: boolean;
  now_ms: number;
  site: Maybe<Place>;
  timeZone: string;
}

/** The panels of the newest values. Old values are judged by their own time: who was not asked is not silent. */
export function panelsOf({ snapshot, isLive, now_ms, site, timeZone }: Seen): Panel[] {
  const at_ms = isLive ? now_ms : (parseTime(snapshot?.at) ?? now_ms);
  const isLight = (moment_ms: number): boolean => isDay(moment_ms, site, timeZone);
  const hasLight = isLight(at_ms) || (isLive && (snapshot?.power.solar_w ?? 0) > LIGHT_W);
  return buildPanels(snapshot?.inverters ?? [], at_ms, hasLight, isLight);
}

/** Judge all panels together: at night all are old alike, and none of them is ill for it; by day that is a fault of all. */
export function buildPanels(inverters: readonly Inverter[], now_ms: number, hasLight = false, isLight: (at_ms: number) => boolean = () => true): Panel[] {
  const newest = Math.max(...inverters.map(({ at }) => parseTime(at) ?? Number.NEGATIVE_INFINITY));
  const isMute = newest === Number.NEGATIVE_INFINITY && inverters.every(({ communicating }) => communicating === false);
  const light_ms = lastLight(newest, isLight);
  return inverters.map((inverter) => buildPanel(inverter, { newest_ms: newest, light_ms, isMute, now_ms, hasLight }));
}

/** The last hour with light before the newest report: by day the first that is looked at. */
function lastLight(newest_ms: number, isLight: (at_ms: number) => boolean): number {
  if (newest_ms === Number.NEGATIVE_INFINITY) return newest_ms;
  const hours = Array.from({ length: 24 }, (_, hour) => newest_ms - hour * HOUR_MS);
  return hours.find(isLight) ?? Number.NEGATIVE_INFINITY;
}

function buildPanel(inverter: Inverter, { newest_ms, light_ms, isMute, now_ms, hasLight }: Omit<Times, "at_ms" | "patience_ms" | "isOld"> & { now_ms: number }): Panel {
  const at_ms = parseTime(inverter.at);
  const patience_ms = Math.max(LEAST_PATIENCE_MS, LOST_REPORTS * 1000 * (inverter.report_interval_s ?? USUAL_INTERVAL_S));
  const isOld = newest_ms !== Number.NEGATIVE_INFINITY && now_ms - newest_ms > patience_ms;
  const silence = silenceOf(inverter, { at_ms, newest_ms, light_ms, patience_ms, isMute, isOld, hasLight });
  const isResting = isOld || inverter.communicating === false || (at_ms !== null && newest_ms - at_ms > patience_ms);
  const state = silence !== null ? "silent" : isResting ? "asleep" : stateOf(inverter);
  const isCurrent = state === "producing" || state === "idle";
  const share = isCurrent ? shareOf(inverter) : null;
  const heat = share === null ? null : Math.min(HEAT_STEPS - 1, Math.floor(share * HEAT_STEPS));
  return { inverter, state, silence, power_w: isCurrent ? inverter.power_w : null, share, heat, at_ms };
}

interface Times {
  at_ms: Maybe<number>;
  newest_ms: number;
  /** When it was light last, before the newest report. */
  light_ms: number;
  patience_ms: number;
  /** No panel was ever heard, as of a gateway that is new. */
  isMute: boolean;
  /** No panel has reported for long. */
  isOld: boolean;
  hasLight: boolean;
}

function silenceOf({ communicating }: Inverter, { at_ms, newest_ms, light_ms, patience_ms, isMute, isOld, hasLight }: Times): Maybe<Silence> {
  if (at_ms === null && communicating !== false) return null;
  if (isMute) return hasLight ? "all" : null;
  if (at_ms === null) return newest_ms === Number.NEGATIVE_INFINITY ? "unreached" : "never";
  if (newest_ms - at_ms > Math.max(DEAD_MS, patience_ms)) return "dead";
  // The first ones that wake in the morning are hours ahead of the others; who is late had light to report in.
  if (newest_ms - at_ms > patience_ms) return light_ms - at_ms > patience_ms ? "late" : null;
  if (isOld) return hasLight ? "all" : null;
  // At dusk they are not reached any more long before their last report is old.
  return communicating === false && hasLight ? "unreached" : null;
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
