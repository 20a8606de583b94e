/** Days of the site's time zone, on the browser's knowledge of time zones. */

export interface Span {
  start_s: number;
  end_s: number;
}

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(timeZone, format);
  }
  return format;
}

/** The local wall time as if it were UTC, in ms. */
function wallTime(at_ms: number, timeZone: string): number {
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(at_ms)) part[type] = Number(value);
  return Date.UTC(part["year"]!, part["month"]! - 1, part["day"]!, part["hour"]!, part["minute"]!, part["second"]!);
}

/** The first instant of the local day whose wall date is `date_ms` (UTC midnight of that date). */
function dayStart(date_ms: number, timeZone: string): number {
  const offsets = [date_ms - DAY_MS, date_ms + DAY_MS].map((at) => wallTime(at, timeZone) - at);
  const candidates = offsets.map((offset) => date_ms - offset).sort((left, right) => left - right);
  return candidates.find((at) => wallTime(at, timeZone) >= date_ms) ?? candidates.at(-1)!;
}

/** ISO 8601 with the zone's offset, to the second. */
export function localTime(at_ms: number, timeZone: string): string {
  const wall_ms = wallTime(at_ms, timeZone);
  const offset_min = Math.round((wall_ms - at_ms) / 60_000);
  const [hours, minutes] = [Math.floor(Math.abs(offset_min) / 60), Math.abs(offset_min) % 60].map((part) => String(part).padStart(2, "0"));
  return `${new Date(wall_ms).toISOString().slice(0, 19)}${offset_min < 0 ? "-" : "+"}${hours}:${minutes}`;
}

/** Local midnight to midnight around `at_ms`, 23 to 25 hours; `shift` moves by whole local days. */
export function dayOf(at_ms: number, timeZone: string, shift = 0): Span {
  const date = Math.floor(wallTime(at_ms, timeZone) / DAY_MS) * DAY_MS + shift * DAY_MS;
  return { start_s: dayStart(date, timeZone) / 1000, end_s: dayStart(date + DAY_MS, timeZone) / 1000 };
}

/** The instants of a span at which the local clock shows a multiple of `every` hours, both ends included. */
export function hourTicks({ start_s, end_s }: Span, timeZone: string, every: number): number[] {
  const ticks: number[] = [];
  for (let at = start_s; at <= end_s; at += 900) {
    const wall_s = wallTime(at * 1000, timeZone) / 1000;
    if (wall_s % (every * 3600) === 0) ticks.push(at);
  }
  return ticks;
}

/** The instants of a span at every so many minutes; zones differ by quarters of an hour. */
export function minuteTicks({ start_s, end_s }: Span, every: number): number[] {
  const step_s = every * 60;
  const ticks: number[] = [];
  for (let at = Math.ceil(start_s / step_s) * step_s; at <= end_s; at += step_s) ticks.push(at);
  return ticks;
}

/** Milliseconds of a time as the API writes it: ISO 8601 or Unix seconds. */
export function parseTime(value: string | number | null | undefined): number | null {
  if (typeof value === "number") return value * 1000;
  if (typeof value !== "string") return null;
  const parsed = Date.parse(value);
  return Number.isNaN(parsed) ? null : parsed;
}
