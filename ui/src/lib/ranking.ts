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
const WEAK_PCT = -15;

/** Panels that look the same way make about the same, within so many percent of the median. */
const ALIKE_PCT = 10;

/** So large a part of a group that makes alike is not ill: it looks another way. */
const CROWD_SHARE = 0.25;

/** No direction leaves so little. */
const NOTHING_PCT = -95;

export interface Judgement {
  /** How far below the median of its group, in percent, by serial: what no others are alike. */
  weak: ReadonlyMap<string, number>;
  /** Groups in which panels of several directions stand together; those far below it that are alike are not judged. */
  mixed: ReadonlySet<string>;
}

export function judgePanels(ranked: readonly Ranked[], groups: ReadonlyMap<string, string>): Judgement {
  const weak = new Map<string, number>();
  const mixed = new Set<string>();
  for (const group of new Set(groups.values())) {
    const judged = ranked.flatMap(({ serial, against_pct }) => (groups.get(serial) === group && against_pct !== null ? [{ serial, against_pct }] : []));
    for (const { serial, against_pct } of judged) {
      if (against_pct > WEAK_PCT) continue;
      const crowd = judged.filter((other) => Math.abs(other.against_pct - against_pct) <= ALIKE_PCT).length;
      if (crowd > 1 && crowd > judged.length * CROWD_SHARE && against_pct > NOTHING_PCT) mixed.add(group);
      else weak.set(serial, -against_pct);
    }
  }
  return { weak, mixed };
}
