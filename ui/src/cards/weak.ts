/** Which panels made much less today than those beside them, by the rule of the panels' own page. */

import type { Maybe } from "../api/types";
import { mixedGroups, ranking, WEAK_PCT } from "../lib/ranking";
import type { Span } from "../lib/time";
import { fetchEnergies, fetchLayout, sumEnergies } from "../pages/panels/api";

/** By serial, how far below the median of its group, in percent; empty where nobody can tell. */
export async function findWeak(day: Span, gateway: string | undefined, serials: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const energies = sumEnergies(await fetchEnergies(day, "day", gateway));
  if (!serials.some((serial) => (energies.get(serial) ?? null) !== null)) return new Map();
  const layout = await fetchLayout().catch(() => ({ panels: [], groups: [] }));
  const laid = new Map(layout.panels.map(({ serial, group }) => [serial, group]));
  return weakOf(new Map(serials.map((serial) => [serial, energies.get(serial) ?? null])), new Map(serials.map((serial) => [serial, laid.get(serial) ?? ""])));
}

export function weakOf(energies: ReadonlyMap<string, Maybe<number>>, groups: ReadonlyMap<string, string>): ReadonlyMap<string, number> {
  const ranked = ranking(energies, groups);
  const mixed = mixedGroups(ranked, groups);
  return new Map(
    ranked.flatMap(({ serial, against_pct }) =>
      against_pct !== null && against_pct <= WEAK_PCT && !mixed.has(groups.get(serial) ?? "") ? [[serial, -against_pct]] : [],
    ),
  );
}
