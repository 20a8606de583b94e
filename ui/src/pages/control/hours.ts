/** When a generator may run, as its gateway keeps it: parts of the year, days of the week, times of the day. What is not known stays. */

export interface Period {
  id?: string;
  /** Minutes after midnight. */
  start: number;
  /** In minutes. */
  duration: number;
  /** Charge of the batteries below which it starts, and above which it stops; 100 and -1: always on. */
  start_soc: number;
  stop_soc: number;
  setting?: string;
}

export interface Days {
  id?: string;
  /** "Mon,Tue". */
  week_days: string;
  periods: Period[];
}

export interface Season {
  id?: string;
  /** Month and day, "12/31". */
  start: string;
  end: string;
  days: Days[];
}

export interface Hours {
  default: Season[];
}

export const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;
export const DAY_MIN = 1440;
const ALWAYS = "AON";
const NEVER_STOPS = -1;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const areAll = (value: unknown, is: (one: Record<string, unknown>) => boolean): boolean => Array.isArray(value) && value.every((one) => isObject(one) && is(one));
const MONTH_DAY = /^\d{1,2}\/\d{1,2}$/;

const isPeriod = (one: Record<string, unknown>): boolean =>
  ["start", "duration", "start_soc", "stop_soc"].every((name) => typeof one[name] === "number") && ["string", "undefined"].includes(typeof one.setting);
const isDays = (one: Record<string, unknown>): boolean => typeof one.week_days === "string" && areAll(one.periods, isPeriod);
const isSeason = (one: Record<string, unknown>): boolean => [one.start, one.end].every((day) => typeof day === "string" && MONTH_DAY.test(day)) && areAll(one.days, isDays);

/** Null where the text is no such document. */
export function parseHours(text: unknown): Hours | null {
  if (typeof text !== "string" || !text.startsWith("{")) return null;
  try {
    const document: unknown = JSON.parse(text);
    return isObject(document) && areAll(document.default, isSeason) ? (document as unknown as Hours) : null;
  } catch {
    return null;
  }
}

export const renderHours = (hours: Hours): string => JSON.stringify(hours);

export const isAlways = ({ stop_soc, setting }: Period): boolean => setting === ALWAYS || (setting === undefined && stop_soc === NEVER_STOPS);

/** By the charge of the batteries; `word` is what the gateway calls that, where another period says it. */
export const byCharge = (period: Period, word = "SOC"): Period => ({ ...period, setting: word, start_soc: 20, stop_soc: 80 });
export const always = (period: Period): Period => ({ ...period, setting: ALWAYS, start_soc: 100, stop_soc: NEVER_STOPS });

/** What this document calls a period that goes by charge. */
export const chargeWord = ({ default: seasons }: Hours): string | undefined =>
  seasons.flatMap(({ days }) => days).flatMap(({ periods }) => periods).find((one) => !isAlways(one))?.setting;

/** A name that none of them has. */
function freeId(ids: (string | undefined)[], stem: string): string {
  let number = ids.length + 1;
  while (ids.includes(`${stem}_${number}`)) number += 1;
  return `${stem}_${number}`;
}

export const newPeriod = (periods: Period[]): Period => always({ id: freeId(periods.map(({ id }) => id), "normal"), start: 480, duration: 720, start_soc: 100, stop_soc: NEVER_STOPS });

export const newDays = (days: Days[]): Days => {
  const taken = days.flatMap(({ week_days }) => week_days.split(","));
  const free = WEEKDAYS.filter((day) => !taken.includes(day));
  return { id: freeId(days.map(({ id }) => id), "days"), week_days: (free.length > 0 ? free : WEEKDAYS).join(","), periods: [newPeriod([])] };
};

export const newSeason = (seasons: Season[]): Season => ({ id: freeId(seasons.map(({ id }) => id), "season"), start: "1/1", end: "12/31", days: [newDays([])] });

export type Problem = "season" | "days" | "time" | "limits" | "overlap";

/** What makes no sense, for a person to mend; null where all does. */
export function problemOf({ default: seasons }: Hours): Problem | null {
  for (const { days } of seasons) {
    if (days.length === 0) return "season";
    for (const { week_days, periods } of days) {
      if (week_days === "") return "days";
      if (periods.length === 0 || periods.some(({ duration }) => duration <= 0)) return "time";
      if (periods.some((one) => !isAlways(one) && one.start_soc >= one.stop_soc)) return "limits";
    }
    if (WEEKDAYS.some((day) => isOverlapping(days, day))) return "overlap";
  }
  return null;
}

/** Two times of one day of the week in one part of the year. */
function isOverlapping(days: Days[], day: string): boolean {
  const spans = days
    .filter(({ week_days }) => week_days.split(",").includes(day))
    .flatMap(({ periods }) => periods)
    .sort((left, right) => left.start - right.start);
  return spans.some((span, index) => index > 0 && spans[index - 1]!.start + spans[index - 1]!.duration > span.start);
}

/** How many days a month has at most; a year of any length. */
export const daysIn = (month: number): number => new Date(Date.UTC(2028, month, 0)).getUTCDate();
