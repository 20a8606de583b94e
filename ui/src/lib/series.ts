/** Columns of the API as series on a regular time grid: what is not known becomes a gap, never a 0. */

import type { Maybe, Power, PowerColumns } from "../api/types";
import type { Span } from "./time";

export const SERIES = ["solar_w", "load_w", "grid_w", "battery_w", "generator_w"] as const;
export type SeriesName = (typeof SERIES)[number];

export interface Chart {
  /** Where the values are drawn: in the middle of their steps, Unix seconds. */
  x: number[];
  /** When their steps begin. */
  at: number[];
  y: Record<SeriesName, Maybe<number>[]>;
}

export interface LivePoint {
  at_s: number;
  power: Pick<Power, SeriesName>;
}

/** Lay columns on the grid of `span`; steps without a row are gaps; the grid ends with the last row that says anything. */
export function buildChart(columns: Pick<PowerColumns, "at" | SeriesName>, span: Span, step_s: number): Chart {
  const rows = new Map<number, number>();
  let last = -1;
  columns.at.forEach((at, row) => {
    if (at < span.start_s || at >= span.end_s) return;
    const slot = Math.floor((at - span.start_s) / step_s);
    rows.set(slot, row);
    if (SERIES.some((name) => isKnown(columns[name][row]))) last = Math.max(last, slot);
  });
  const x: number[] = [];
  const starts: number[] = [];
  const y = emptySeries();
  for (let slot = 0; slot <= last; slot += 1) {
    x.push(span.start_s + (slot + 0.5) * step_s);
    starts.push(span.start_s + slot * step_s);
    const row = rows.get(slot);
    for (const name of SERIES) y[name].push(row === undefined ? null : (columns[name][row] ?? null));
  }
  return { x, at: starts, y };
}

/** End with the present instead of the step that it is in; more than two steps behind it, a gap stands between. */
export function withLive(chart: Chart, live: LivePoint | null, span: Span, step_s: number): Chart {
  if (live === null || live.at_s < span.start_s || live.at_s >= span.end_s) return chart;
  const unfinished = chart.at.findIndex((at) => at + step_s > live.at_s);
  const count = unfinished < 0 ? chart.at.length : unfinished;
  const last = chart.x[count - 1];
  const isGap = last !== undefined && live.at_s - last > 2.5 * step_s;
  const added = isGap ? [last + step_s, live.at_s] : [live.at_s];
  const y = emptySeries();
  for (const name of SERIES) y[name] = [...chart.y[name].slice(0, count), ...(isGap ? [null] : []), live.power[name] ?? null];
  return { x: [...chart.x.slice(0, count), ...added], at: [...chart.at.slice(0, count), ...added], y };
}

/** The series that say anything at all; a generator that never ran is none. */
export function knownSeries(chart: Chart): SeriesName[] {
  return SERIES.filter((name) => chart.y[name].some((value) => isKnown(value) && (name !== "generator_w" || value !== 0)));
}

function isKnown(value: Maybe<number> | undefined): boolean {
  return value !== null && value !== undefined;
}

function emptySeries(): Record<SeriesName, Maybe<number>[]> {
  return { solar_w: [], load_w: [], grid_w: [], battery_w: [], generator_w: [] };
}

/** A line through values in a box, broken at gaps, as SVG path data; `low` and `high` are the values at bottom and top. */
export function sparkPath(
  points: readonly (readonly [number, Maybe<number>])[],
  box: { width: number; height: number; from: number; to: number; low: number; high: number },
): string {
  const { width, height, from, to, low, high } = box;
  let path = "";
  let pen = "M";
  for (const [at, value] of points) {
    if (value === null) {
      pen = "M";
      continue;
    }
    const x = ((at - from) / (to - from)) * width;
    const y = height - ((value - low) / (high - low || 1)) * height;
    path += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = "L";
  }
  return path;
}

/** Put a gap between points that lie further apart than `longest_s`. */
export function withGaps(points: readonly [number, Maybe<number>][], longest_s: number): [number, Maybe<number>][] {
  return points.flatMap((point, index) => {
    const previous = points[index - 1];
    const isGap = previous !== undefined && point[0] - previous[0] > longest_s;
    return isGap ? [[previous[0] + 1, null] as [number, null], point] : [point];
  });
}
