/** Columns of meters as lines and as tables. */

import type { Maybe } from "../../api/types";
import type { Cell } from "../../lib/table";
import type { MeterColumns } from "./api";

export type Measure = Exclude<keyof MeterColumns, "at" | "eid" | "channel">;

export interface Line {
  name: string;
  at: number[];
  values: Maybe<number>[];
}

/** Phases where there are any, else the meter as a whole (0). */
export function channelsOf(columns: MeterColumns): number[] {
  const found = [...new Set(columns.channel)].sort((left, right) => left - right);
  return found.some((channel) => channel > 0) ? found.filter((channel) => channel > 0) : found;
}

export function pick(columns: MeterColumns, name: Measure, channel: number): Omit<Line, "name"> {
  const rows = columns.channel.flatMap((each, row) => (each === channel ? [row] : []));
  return { at: rows.map((row) => columns.at[row]!), values: rows.map((row) => columns[name][row] ?? null) };
}

/** So far from the ends, as a share of the whole, the words of zero have room. */
const ROOM = 0.15;

/** The ends of what is drawn, each once, and zero where it lies well between them. */
export function marksOf(low: number, high: number): number[] {
  if (low === high) return [low];
  const room = (high - low) * ROOM;
  return [high, ...(low < -room && high > room ? [0] : []), low];
}

/** A row for each time at which any of the lines says something; columns are named by their place. */
export function cellsOf(lines: readonly Line[], labelOf: (at_s: number) => string): Cell[] {
  const rows = new Map<number, Record<string, Maybe<number>>>();
  lines.forEach(({ at, values }, place) =>
    at.forEach((at_s, row) => {
      const found = rows.get(at_s) ?? {};
      found[String(place)] = values[row] ?? null;
      rows.set(at_s, found);
    }),
  );
  return [...rows]
    .sort(([left], [right]) => left - right)
    .map(([at_s, values]) => ({ key: at_s, label: labelOf(at_s), href: null, isEstimated: false, values }));
}
