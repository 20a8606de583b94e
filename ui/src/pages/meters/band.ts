/** Whether voltages and frequencies are those that devices are made for. */

import type { Maybe } from "../../api/types";

export interface Band {
  nominal: number;
  low: number;
  high: number;
}

/** EN 50160: 230 V ± 10 %; ANSI C84.1 range A: 120 V and 240 V ± 5 %. */
const VOLTAGES: readonly Band[] = [
  { nominal: 120, low: 114, high: 126 },
  { nominal: 230, low: 207, high: 253 },
  { nominal: 240, low: 228, high: 252 },
];
const FREQUENCIES: readonly Band[] = [
  { nominal: 50, low: 49.5, high: 50.5 },
  { nominal: 60, low: 59.5, high: 60.5 },
];
/** Farther from any nominal value nothing is said: it is another kind of measurement, or none. */
const NEAR = 0.25;

/** The band of a phase's voltage; 240 V only where the grid has 60 Hz, as 50 Hz means 230 V. */
export function voltageBand(voltage_v: Maybe<number>, frequency_hz: Maybe<number>): Band | null {
  const isSixty = frequency_hz !== null && frequency_hz > 55;
  return nearest(
    VOLTAGES.filter(({ nominal }) => nominal === 120 || nominal === (isSixty ? 240 : 230)),
    voltage_v,
  );
}

export function frequencyBand(frequency_hz: Maybe<number>): Band | null {
  return nearest(FREQUENCIES, frequency_hz);
}

function nearest(bands: readonly Band[], value: Maybe<number>): Band | null {
  if (value === null) return null;
  const [best] = [...bands].sort((left, right) => Math.abs(left.nominal - value) - Math.abs(right.nominal - value));
  return best !== undefined && Math.abs(best.nominal - value) <= NEAR * best.nominal ? best : null;
}

export function judge(value: Maybe<number>, band: Band | null): "low" | "high" | "good" | "unknown" {
  if (value === null || band === null) return "unknown";
  if (value < band.low) return "low";
  return value > band.high ? "high" : "good";
}

export function rangeOf(values: readonly Maybe<number>[]): { low: Maybe<number>; high: Maybe<number> } {
  let [low, high]: [Maybe<number>, Maybe<number>] = [null, null];
  for (const value of values) {
    if (value === null) continue;
    if (low === null || value < low) low = value;
    if (high === null || value > high) high = value;
  }
  return { low, high };
}
