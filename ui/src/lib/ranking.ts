/** Which panels make less than those beside them. */

import type { Maybe } from "../api/types";

export function median(values: readonly Maybe<number>[]): Maybe<number> {
  const known = values.filter((value) => value !== null).sort((left, right) => left - right);
  if (known.length === 0) return null;
  const half = known.length >> 1;
  return known.length % 2 === 1 ? known[half]! : (known[half]! + known[half - 1]!) / 2;
}

export interface Ranked {
  serial: string;
  energy_wh: Maybe<number>;
  /** Against the median of its group, in percent; null where it cannot be said. */
  against_pct: Maybe<number>;
}

/** Below this the light was too weak to compare panels. */
const LEAST_WH = 20;

/** Panels by energy, best first; unknown ones at the end. */
export function ranking(energies: ReadonlyMap<string, Maybe<number>>, groups: ReadonlyMap<string, string>): Ranked[] {
  const usual = new Map<string, Maybe<number>>();
  for (const group of new Set(groups.values())) {
    usual.set(group, median([...energies].flatMap(([serial, value]) => (groups.get(serial) === group ? [value] : []))));
  }
  const ranked = [...energies].map(([serial, energy_wh]) => {
    const middle = usual.get(groups.get(serial) ?? "") ?? null;
    const isKnown = energy_wh !== null && middle !== null && middle >= LEAST_WH;
    return { serial, energy_wh, against_pct: isKnown ? (energy_wh / middle - 1) * 100 : null };
  });
  return ranked.sort((left, right) => (right.energy_wh ?? -1) - (left.energy_wh ?? -1));
}

/** Weak is what stays so far below the median of its group over a whole period. */
export const WEAK_PCT = -15;

/** So many weak ones in a group are not ill: they look another way, and their group should be split. */
const MIXED_SHARE = 0.25;

/** Groups in which panels of several directions stand together, so that their median judges nobody. */
export function mixedGroups(ranked: readonly Ranked[], groups: ReadonlyMap<string, string>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const group of new Set(groups.values())) {
    const judged = ranked.filter(({ serial, against_pct }) => groups.get(serial) === group && against_pct !== null);
    const weak = judged.filter(({ against_pct }) => against_pct! <= WEAK_PCT);
    if (weak.length > 1 && weak.length > judged.length * MIXED_SHARE) found.add(group);
  }
  return found;
}
