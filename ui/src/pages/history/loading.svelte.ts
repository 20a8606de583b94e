/** What the page asks for a period: energies first, then days and costs, which nothing waits for. */

import { untrack } from "svelte";
import { ApiError } from "../../api/client";
import { t as common } from "../../lib/i18n.svelte";
import { fetchCosts, fetchEnergy, fetchHourCosts, type CostColumns } from "./api";
import { besideByClock, isKnown, rowsOf, trimmed, type Row } from "./energies";
import { dateOf, type Period } from "./period";

export interface Asked {
  period: Period;
  /** What it is compared with, whole, and the part of it that is like the period so far. */
  other: Period | null;
  part: { start: string; end: string; isPart: boolean } | null;
  gateway: string | undefined;
  timeZone: string;
}

export interface Trouble {
  message: string;
  hint: string;
}

export interface Loaded {
  period: Period;
  rows: Row[];
  /** All of what it is compared with. */
  others: Row[];
  /** Of those, the one beside each row. */
  beside: (Row | undefined)[];
}

export class History {
  loaded = $state.raw<Loaded | null>(null);
  days = $state.raw<Row[] | null>(null);
  costs = $state.raw<CostColumns | null>(null);
  /** Of the bars of the chart, where those are shorter than a day. */
  hourCosts = $state.raw<CostColumns | null>(null);
  otherCosts = $state.raw<CostColumns | null>(null);
  /** Of the bars that are beside those of the chart. */
  otherHourCosts = $state.raw<CostColumns | null>(null);
  problem = $state.raw<Trouble | null>(null);
  costsProblem = $state.raw<Trouble | null>(null);

  /** Ask for all of it; the result stops taking answers, so that an older one that comes late is dropped. */
  load({ period, other, part, gateway, timeZone }: Asked): () => void {
    let isCurrent = true;
    const take = <T>(asked: Promise<T>, keep: (found: T) => void, fail: (trouble: Trouble) => void): void =>
      void asked.then((found) => isCurrent && keep(found)).catch((error: unknown) => isCurrent && fail(troubleOf(error)));
    const last = untrack(() => this.loaded?.period);
    // The same period once more changes its values in place.
    const isSame = last !== undefined && last.kind === period.kind && last.start === period.start && last.end === period.end;
    if (!isSame) this.costs = this.hourCosts = this.days = null;
    this.problem = this.costsProblem = this.otherCosts = this.otherHourCosts = null;
    const energies = Promise.all([
      fetchEnergy(period, period.bar, gateway, period.kind === "range").then(rowsOf),
      part === null ? [] : fetchEnergy(part, period.bar, gateway, true).then(rowsOf),
    ]).then(([rows, others]): Loaded => {
      const beside = period.bar === "hour" ? besideByClock(rows, others, timeZone) : others;
      return { period, others, beside, rows: period.kind === "all" ? trimmed(rows) : rows };
    });
    take(energies, (found) => (this.loaded = found), (trouble) => {
      // What another period had would stand there as that of this one.
      if (!isSame) this.loaded = null;
      this.problem = trouble;
    });
    /** Amounts stand beside the energies of their own period alone. */
    const beside = <T>(asked: Promise<T>): Promise<T> => Promise.all([asked, energies]).then(([found]) => found);
    take(energies.then((found) => daysOf(found, gateway, timeZone)), (days) => (this.days = days), (trouble) => (this.problem = trouble));
    // Of all time the costs begin where energies do.
    const costs = period.kind === "all" ? energies.then((found) => fetchCosts({ ...period, start: firstDay(found, timeZone) }, gateway)) : fetchCosts(period, gateway);
    take(beside(costs.then(priced)), (costs) => (this.costs = costs), (trouble) => (this.costsProblem = trouble));
    if (period.bar === "hour")
      take(beside(fetchHourCosts(period, gateway).then(priced)), (costs) => (this.hourCosts = costs), (trouble) => (this.costsProblem = trouble));
    if (other !== null && part !== null)
      take(beside(fetchCosts({ ...other, ...part }, gateway, part.isPart).then(priced)), (costs) => (this.otherCosts = costs), () => {});
    if (part !== null && period.bar === "hour")
      take(beside(fetchHourCosts(part, gateway, part.isPart).then(priced)), (costs) => (this.otherHourCosts = costs), () => {});
    return () => (isCurrent = false);
  }
}

/** The first day of a period; of all time that of the first year of which anything is known. */
function firstDay({ period, rows }: Pick<Loaded, "period" | "rows">, timeZone: string): string {
  const first = rows[0];
  return period.kind === "all" && first !== undefined ? dateOf((first.start_s + 43_200) * 1000, timeZone) : period.start;
}

/** Every day of a period; of all time from the first year of which anything is known. */
async function daysOf({ period, rows }: Loaded, gateway: string | undefined, timeZone: string): Promise<Row[]> {
  if (period.bar === "day") return rows;
  if (period.bar === "hour" || !rows.some(isKnown)) return [];
  return rowsOf(await fetchEnergy({ start: firstDay({ period, rows }, timeZone), end: period.end }, "day", gateway));
}

/** Without prices there are no costs, which is said instead of them. */
function priced(costs: CostColumns): CostColumns {
  if (costs.tariff === null) throw new ApiError("", common("compared.no_prices"));
  return costs;
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof ApiError) return { message: error.message, hint: error.hint };
  return { message: common("page.not_loaded"), hint: common("page.not_loaded_hint") };
}
