/** The last minutes of a gateway: a bounded line of readings that begins with what the service kept. */

import type { LiveColumns, Maybe, Power } from "../api/types";
import { SERIES, type Chart, type SeriesName } from "./series";

export const KEPT_S = 900;
/** Readings closer than this are drawn as one. */
const LEAST_APART_S = 0.9;

export interface Reading {
  at_s: number;
  /** Null: from here on nothing is known. */
  power: Maybe<Pick<Power, SeriesName>>;
}

export type Line = readonly Reading[];

/** Add a reading; one that is not later than the last says nothing new. */
export function withReading(line: Line, reading: Reading): Line {
  const last = line.at(-1);
  if (last !== undefined && reading.at_s - last.at_s < (last.power === null ? 0 : LEAST_APART_S)) return line;
  const from_s = reading.at_s - KEPT_S;
  const first = line.findIndex(({ at_s }) => at_s >= from_s);
  return [...(first < 0 ? [] : line.slice(first)), reading];
}

/** From `at_s` on nothing is known. */
export function ended(line: Line, at_s: number): Line {
  const last = line.at(-1);
  if (last === undefined || last.power === null) return line;
  return withReading(line, { at_s: Math.max(at_s, last.at_s + LEAST_APART_S), power: null });
}

/** What the service kept, and then what this page saw after it. */
export function seeded(columns: LiveColumns, line: Line): Line {
  const kept = columns.at.map((at_s, row): Reading => {
    const isKnown = SERIES.some((name) => columns[name][row] != null);
    return { at_s, power: isKnown ? powerAt(columns, row) : null };
  });
  const last_s = kept.at(-1)?.at_s ?? Number.NEGATIVE_INFINITY;
  return [...kept, ...line.filter(({ at_s }) => at_s > last_s)];
}

function powerAt(columns: LiveColumns, row: number): Pick<Power, SeriesName> {
  const at = (name: SeriesName): Maybe<number> => columns[name][row] ?? null;
  return { solar_w: at("solar_w"), load_w: at("load_w"), grid_w: at("grid_w"), battery_w: at("battery_w"), generator_w: at("generator_w") };
}

/** As columns that a chart draws. */
export function toChart(line: Line): Chart {
  const at = line.map(({ at_s }) => at_s);
  const of = (name: SeriesName): Maybe<number>[] => line.map(({ power }) => power?.[name] ?? null);
  return {
    x: at,
    at,
    y: { solar_w: of("solar_w"), load_w: of("load_w"), grid_w: of("grid_w"), battery_w: of("battery_w"), generator_w: of("generator_w") },
  };
}
