/** Periods of the site's calendar as dates such as "2026-11-21"; the service knows which moments they are. */

import { addDays, addMonths, at, daysBetween } from "../../fields/calendar";

export const KINDS = ["day", "week", "month", "year", "all", "range"] as const;
export type Kind = (typeof KINDS)[number];
export type Bar = "hour" | "day" | "month" | "year";
export const COMPARISONS = ["none", "previous", "year", "date"] as const;
export type Comparison = (typeof COMPARISONS)[number];

export interface Period {
  kind: Kind;
  /** First day. */
  start: string;
  /** The day after the last one. */
  end: string;
  /** What one bar stands for. */
  bar: Bar;
}

/** No gateway is older. */
const FIRST = "2006-01-01";
/** More bars than this are drawn by month. */
const MOST_DAYS = 92;

/** The date of a moment on the site's calendar. */
export function dateOf(at_ms: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  return format.format(at_ms);
}

/** The period of a kind that a day lies in; weeks begin on Monday. A range ends with `last`. */
export function periodOf(kind: Kind, day: string, today: string, last: string | null = null): Period {
  const month = `${day.slice(0, 8)}01`;
  const year = `${day.slice(0, 5)}01-01`;
  switch (kind) {
    case "day":
      return { kind, start: day, end: addDays(day, 1), bar: "hour" };
    case "week": {
      const monday = addDays(day, -((at(day).getUTCDay() + 6) % 7));
      return { kind, start: monday, end: addDays(monday, 7), bar: "day" };
    }
    case "month":
      return { kind, start: month, end: addMonths(month, 1), bar: "day" };
    case "year":
      return { kind, start: year, end: addMonths(year, 12), bar: "month" };
    case "all":
      return { kind, start: FIRST, end: addMonths(`${today.slice(0, 5)}01-01`, 12), bar: "year" };
    case "range": {
      const end = addDays(last !== null && last >= day ? last : day, 1);
      return { kind, start: day, end, bar: daysBetween(day, end) > MOST_DAYS ? "month" : "day" };
    }
  }
}

/** The period that lies `steps` of its own length further; all time has no neighbour. */
export function neighbour(period: Period, steps: number, today: string): Period {
  const { kind, start, end } = period;
  if (kind === "all") return period;
  if (kind === "month" || kind === "year") return periodOf(kind, addMonths(start, steps * (kind === "month" ? 1 : 12)), today);
  const days = daysBetween(start, end) * steps;
  return periodOf(kind, addDays(start, days), today, addDays(end, days - 1));
}

/** What a period is compared with; null is nothing. A week is compared with the one 52 weeks before; `against` is a day of any other. */
export function comparedWith(period: Period, comparison: Comparison, today: string, against: string | null = null): Period | null {
  if (comparison === "none" || period.kind === "all") return null;
  if (comparison === "date") {
    if (against === null) return null;
    return periodOf(period.kind, against, today, addDays(against, daysBetween(period.start, period.end) - 1));
  }
  if (comparison === "previous") return neighbour(period, -1, today);
  if (period.kind === "week") return periodOf("week", addDays(period.start, -364), today);
  return periodOf(period.kind, addMonths(period.start, -12), today, addMonths(addDays(period.end, -1), -12));
}

/** The part of what it is compared with that has gone by as long as the period has: like beside like.
 * `clock` is the site's time of day such as "13:45"; a period that is over is compared with all of the other. */
export function samePart(period: Period, other: Period, today: string, clock: string): { start: string; end: string; isPart: boolean } {
  const { start, end } = other;
  if (today < period.start || today >= period.end) return { start, end, isPart: false };
  const last = correspondingDay(period, other, today);
  return last >= end ? { start, end, isPart: false } : { start, end: `${last}T${clock}`, isPart: true };
}

/** The day of the other period that has gone by as far as `day` in the first: by date in months and years, else by count. */
function correspondingDay(period: Period, other: Period, day: string): string {
  const months = (at(other.start).getUTCFullYear() - at(period.start).getUTCFullYear()) * 12 + at(other.start).getUTCMonth() - at(period.start).getUTCMonth();
  if (period.kind === "year" || period.kind === "month") return addMonths(day, months);
  return addDays(other.start, daysBetween(period.start, day));
}

/** The time of day at a moment on the site's clock, "13:45". */
export function clockOf(at_ms: number, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at_ms);
}

/** The address of a period and of what it is compared with. */
export function queryOf(period: Period, comparison: Comparison, against: string | null): Record<string, string | undefined> {
  return {
    by: period.kind,
    start: period.kind === "all" ? undefined : period.start,
    end: period.kind === "range" ? addDays(period.end, -1) : undefined,
    compare: comparison === "none" ? undefined : comparison,
    against: comparison === "date" && against !== null ? against : undefined,
  };
}
