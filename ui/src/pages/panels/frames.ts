/** A day of the array as frames: what every panel gave at any time of it. */

import type { InverterColumns, Maybe } from "../../api/types";
import type { Span } from "../../lib/time";

export { judgePanels, median, ranking, type Ranked } from "../../lib/ranking";

export const FRAME_S = 300;
/** Inverters report every 5 to 15 minutes; an older report says nothing about a moment. */
const LONGEST_S = 1200;

export interface Reports {
  at: number[];
  power_w: Maybe<number>[];
}

/** The reports of each panel, by time. */
export function bySerial(columns: InverterColumns): Map<string, Reports> {
  const found = new Map<string, Reports>();
  columns.at.forEach((at, row) => {
    const serial = columns.serial[row]!;
    const reports = found.get(serial) ?? { at: [], power_w: [] };
    found.set(serial, reports);
    reports.at.push(at);
    reports.power_w.push(columns.power_w[row] ?? null);
  });
  return found;
}

/** The power that a panel reported for a moment: its report ends then or soon after; null where there is none. */
export function powerAt(reports: Reports | undefined, at_s: number): Maybe<number> {
  if (reports === undefined) return null;
  let low = 0;
  let high = reports.at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reports.at[middle]! < at_s) low = middle + 1;
    else high = middle;
  }
  const at = reports.at[low];
  return at === undefined || at - at_s >= LONGEST_S ? null : (reports.power_w[low] ?? null);
}

/** The moments of the frames from the first report of the day to the last. */
export function framesOf(columns: InverterColumns, span: Span): { first_s: number; last_s: number } {
  const known = columns.at.filter((_, row) => columns.power_w[row] !== null);
  if (known.length === 0) return { first_s: span.start_s, last_s: span.start_s };
  const down = (at: number): number => span.start_s + Math.floor((at - span.start_s) / FRAME_S) * FRAME_S;
  return { first_s: down(known.reduce((a, b) => Math.min(a, b))), last_s: down(known.reduce((a, b) => Math.max(a, b))) };
}

/** So many panels need a report of a moment for it to stand for the array; the others are silent or report late. */
const MOST = 0.8;

/** The last moment for which most panels that reported have a report; null where none did. */
export function lastFull(histories: ReadonlyMap<string, Reports>): Maybe<number> {
  const lasts = [...histories.values()].map(({ at, power_w }) => at[power_w.findLastIndex((value) => value !== null)]);
  const known = lasts.filter((at) => at !== undefined).sort((left, right) => right - left);
  const last = known[Math.ceil(known.length * MOST) - 1];
  return last === undefined ? null : Math.floor(last / FRAME_S) * FRAME_S;
}

/** Tenths of the highest, 0 to 9. */
export function heatOf(value: Maybe<number>, highest: number): Maybe<number> {
  if (value === null || highest <= 0) return value === null ? null : 0;
  return Math.min(9, Math.max(0, Math.floor((value / highest) * 10)));
}

/** The highest value of those that are known. */
export function highestOf(values: Iterable<Maybe<number>>): number {
  let highest = 0;
  for (const value of values) if (value !== null && value > highest) highest = value;
  return highest;
}
