/** Costs of periods, laid beside the bars of energies. */

import type { Maybe } from "../../api/types";
import type { CostColumns } from "./api";
import { sumOf, type Row } from "./energies";

export const AMOUNTS = ["energy_cost", "fixed_cost", "demand_cost", "credit", "net_cost", "savings"] as const;
/** Fees and peaks are charged by day: an hour has none. */
export const AMOUNTS_OF_HOURS: readonly AmountName[] = ["energy_cost", "credit", "net_cost", "savings"];
export type AmountName = (typeof AMOUNTS)[number];
export type Amounts = Record<AmountName | "own_use", Maybe<number>> & { unpriced_wh: Maybe<number>; unpriced_export_wh: Maybe<number>; isEstimated: boolean; isOneSided: boolean };

/** The costs of rows `from` until before `to`. */
function amountsOf(columns: CostColumns, from: number, to: number): Amounts {
  const sum = (name: AmountName | "unpriced_wh" | "unpriced_export_wh"): Maybe<number> => sumOf((columns[name] ?? []).slice(from, to));
  const [savings, credit] = [sum("savings"), sum("credit")];
  return {
    energy_cost: sum("energy_cost"),
    fixed_cost: sum("fixed_cost"),
    demand_cost: sum("demand_cost"),
    net_cost: sum("net_cost"),
    credit,
    savings,
    // Savings hold the credit; what is left was saved by using energy instead of buying it.
    own_use: savings === null ? null : savings - (credit ?? 0),
    unpriced_wh: sum("unpriced_wh"),
    unpriced_export_wh: sum("unpriced_export_wh"),
    isEstimated: columns.estimated.slice(from, to).some(Boolean),
    isOneSided: (columns.one_sided ?? []).slice(from, to).some(Boolean),
  };
}

/** The costs of each bar, which begins at one of `starts_s`; costs of days are added up to their bar. */
export function amountsByBar(columns: CostColumns, starts_s: readonly number[]): Amounts[] {
  let from = columns.start.findIndex((start) => start >= (starts_s[0] ?? 0));
  if (from < 0) from = columns.start.length;
  return starts_s.map((_, index) => {
    const next = starts_s[index + 1];
    let to = from;
    while (to < columns.start.length && (next === undefined || columns.start[to]! < next)) to += 1;
    const found = amountsOf(columns, from, to);
    from = to;
    return found;
  });
}

/** The costs of what stands beside each bar; `beside` are some of `others`, which are in the order of time. */
export function amountsBeside(columns: CostColumns, others: readonly Row[], beside: readonly (Row | undefined)[]): (Amounts | undefined)[] {
  const starts_s = others.map(({ start_s }) => start_s);
  const found = amountsByBar(columns, starts_s);
  const byStart = new Map(starts_s.map((start_s, index) => [start_s, found[index]]));
  return beside.map((row) => (row === undefined ? undefined : byStart.get(row.start_s)));
}

export function totalAmounts(columns: CostColumns): Amounts {
  return amountsOf(columns, 0, columns.start.length);
}
