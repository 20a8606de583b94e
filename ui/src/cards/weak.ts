/** Which panels made much less today than those beside them, by the rule of the panels' own page. */

import type { Maybe } from "../api/types";
import { judgePanels, ranking } from "../lib/ranking";
import type { Span } from "../lib/time";
import { fetchEnergies, fetchLayout, sumEnergies } from "../pages/panels/api";

/** By serial, how far below the median of its group, in percent; null where nobody can tell yet. */
export async function findWeak(day: Span, gateway: string | undefined, serials: readonly string[]): Promise<Maybe<ReadonlyMap<string, number>>> {
  const energies = sumEnergies(await fetchEnergies(day, "day", gateway));
  if (!serials.some((serial) => (energies.get(serial) ?? null) !== null)) return null;
  const layout = await fetchLayout().catch(() => ({ panels: [], groups: [] }));
  const laid = new Map(layout.panels.map(({ serial, group }) => [serial, group]));
  const groups = new Map(serials.map((serial) => [serial, laid.get(serial) ?? ""]));
  const own = new Map(serials.map((serial) => [serial, energies.get(serial) ?? null]));
  return judge(own, groups);
}

/** The weak ones, also where some cannot be judged; null where none is found, and of some nobody can tell. */
export function judge(energies: ReadonlyMap<string, Maybe<number>>, groups: ReadonlyMap<string, string>): Maybe<ReadonlyMap<string, number>> {
  const ranked = ranking(energies, groups);
  const { weak, mixed } = judgePanels(ranked, groups);
  const isJudged = ranked.some(({ against_pct }) => against_pct !== null) && mixed.size === 0;
  return weak.size > 0 || isJudged ? weak : null;
}
