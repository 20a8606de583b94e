/** Stacked bars: what comes upwards from a middle line, what goes downwards, and the marks of an axis. */

import type { Maybe } from "../../api/types";

export interface Part {
  id: string;
  name: string;
  /** Its colour, a class of app.css without "c-". */
  color: string;
  isDown: boolean;
}

export interface Bar {
  start_s: number;
  label: string;
  /** Where it leads; null is nowhere. */
  href: string | null;
  isEstimated: boolean;
  /** Positive also downwards; null is not known. */
  values: Record<string, Maybe<number>>;
  /** The same of what it is compared with. */
  others: Record<string, Maybe<number>> | null;
}

export interface Piece {
  part: Part;
  from: number;
  to: number;
}

/** Pieces of a bar with their values from the middle line; down is negative, and a negative value goes the other way. */
export function stack(values: Record<string, Maybe<number>>, parts: readonly Part[]): Piece[] {
  let [up, down] = [0, 0];
  return parts.flatMap((part) => {
    const value = (values[part.id] ?? 0) * (part.isDown ? -1 : 1);
    if (value === 0) return [];
    const from = value > 0 ? up : down;
    if (value > 0) up += value;
    else down += value;
    return [{ part, from, to: from + value }];
  });
}

export function extentOf(pieces: readonly Piece[]): { low: number; high: number } {
  return {
    low: pieces.reduce((low, { to }) => Math.min(low, to), 0),
    high: pieces.reduce((high, { to }) => Math.max(high, to), 0),
  };
}

/** Round marks between low and high, about `count` of them, 0 among them. */
export function marksOf(low: number, high: number, count = 5): number[] {
  const rough = (high - low) / count;
  if (!(rough > 0)) return [0];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((each) => each * power >= rough)! * power;
  const marks: number[] = [];
  for (let index = Math.ceil(low / step); index * step <= high; index += 1) marks.push(index === 0 ? 0 : index * step);
  return marks;
}
