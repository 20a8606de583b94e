/** Dates such as "2026-11-21", which no time zone moves, and the days of a month in weeks, as a language begins them. */

const DAY_MS = 86_400_000;
const DATE = /^\d{4}-\d\d-\d\d$/;

export function at(date: string): Date {
  return new Date(`${date}T00:00:00Z`);
}

export function write(date: Date): string {
  return date.toISOString().slice(0, 10);
}

export function isDate(text: string | null): text is string {
  return text !== null && DATE.test(text) && !Number.isNaN(at(text).getTime()) && write(at(text)) === text;
}

export function addDays(date: string, days: number): string {
  return write(new Date(at(date).getTime() + days * DAY_MS));
}

/** The same day of another month; the last one where that month is shorter. */
export function addMonths(date: string, months: number): string {
  const from = at(date);
  const last = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months + 1, 0));
  last.setUTCDate(Math.min(from.getUTCDate(), last.getUTCDate()));
  return write(last);
}

export function daysBetween(start: string, end: string): number {
  return Math.round((at(end).getTime() - at(start).getTime()) / DAY_MS);
}

/** 1 is Monday, 7 Sunday; browsers that do not know begin with Monday. */
function firstWeekday(locale: string): number {
  const about = new Intl.Locale(locale) as Intl.Locale & { getWeekInfo?: () => { firstDay: number }; weekInfo?: { firstDay: number } };
  return (about.getWeekInfo?.() ?? about.weekInfo)?.firstDay ?? 1;
}

/** The first day of the week that a day lies in. */
const weekStart = (date: string, locale: string): string => addDays(date, -((at(date).getUTCDay() - firstWeekday(locale) + 7) % 7));

const week = (first: string): string[] => Array.from({ length: 7 }, (_, index) => addDays(first, index));

/** Any seven days that begin as weeks do, for their names. */
export const weekdays = (locale: string): string[] => week(weekStart("2026-11-21", locale));

/** The six weeks that show a day's month, whatever it is, so that nothing moves between months. */
export function monthRows(day: string, locale: string): string[][] {
  const first = weekStart(`${day.slice(0, 7)}-01`, locale);
  return Array.from({ length: 6 }, (_, index) => week(addDays(first, 7 * index)));
}
