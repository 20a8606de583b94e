/** Controls and their settings as people read them. */

import type { Argument, AuditEntry, Offer, Outcome, Setting } from "./api";
import { buildFormat, UNKNOWN, type Format } from "../../lib/format";
import { locale } from "../../lib/i18n.svelte";
import { choices } from "../../lib/preferences.svelte";
import { said } from "../../lib/said.svelte";
import { minutesOf, timeOf, writeNumber, writePercent, writeTime } from "../../fields/typed";
import { DAY_MIN, isAlways, parseHours, WEEKDAYS, type Days, type Hours, type Period, type Season } from "./hours";
import { t } from "./texts";

export const GOOD: ReadonlySet<Outcome> = new Set(["unchanged", "took effect", "pending"]);

/** Something was sent and did something. */
const DONE: ReadonlySet<Outcome> = new Set(["took effect", "pending", "overwritten"]);
/** It may have done something. */
const OPEN: ReadonlySet<Outcome> = new Set(["sent", "unconfirmed"]);

/** Whether a change can be taken back: where nobody could read what came of it, if it is known what was before. */
export const isUndoable = ({ outcome, undoes, changes }: AuditEntry): boolean =>
  undoes === null && (DONE.has(outcome) || (OPEN.has(outcome) && changes.length > 0 && changes.every(({ before }) => before !== null)));

/** `battery` of `battery.charge-from-grid`. */
export const groupOf = (name: string): string => name.split(".")[0] ?? name;

/** `charge from grid` of `charge-from-grid`, in the language of the page. */
export const plainName = (name: string): string => said(name.replace(/[_-]+/g, " "));

const GROUPS: ReadonlySet<string> = new Set(["battery", "contact", "generator", "grid", "production", "export", "meters", "der", "livedata", "pcs"]);

/** What a control is of. */
export const groupTitle = (group: string): string => (GROUPS.has(group) ? t(`group.${group}` as "group.battery") : plainName(group));

/** `charge from grid` of `battery.charge-from-grid`. */
export const ownName = (name: string): string => plainName(name.split(".").slice(1).join(" "));

/** `Battery · charge from grid` of `battery.charge-from-grid`. */
export const fullName = (name: string): string => `${groupTitle(groupOf(name))} · ${ownName(name)}`;

/** A setting that is one of several, such as `self-consumption`. */
export const choiceName = (choice: string): string => said(choice);

const formats = (): Format => buildFormat(locale(), "UTC", choices());

/** "Mon" in the language of the page; the sixteenth was a Monday. */
export const weekdayName = (day: (typeof WEEKDAYS)[number]): string => formats().date(`2026-11-${16 + WEEKDAYS.indexOf(day)}`, { weekday: "short" });

export const monthName = (month: number): string => formats().date(`2026-${String(month).padStart(2, "0")}-01`, { month: "short" });

function yearday(text: string): string {
  const [month = "1", day = "1"] = text.split("/");
  return formats().date(`2028-${month.padStart(2, "0")}-${day.padStart(2, "0")}`, { day: "numeric", month: "short" });
}

const clock = (minutes: number): string => writeTime(timeOf(minutes), locale(), choices());

function sayPeriod(period: Period): string {
  const { start, duration, start_soc, stop_soc } = period;
  const time = duration === DAY_MIN ? t("hours.all_day") : `${clock(start)}–${clock(start + duration)}`;
  return `${time} ${isAlways(period) ? t("hours.said.always") : t("hours.said.charge", { start: writePercent(start_soc, locale()), stop: writePercent(stop_soc, locale()) })}`;
}

function sayDays({ week_days, periods }: Days): string {
  const days = WEEKDAYS.filter((day) => week_days.split(",").includes(day));
  return `${days.length === WEEKDAYS.length ? t("hours.every_day") : days.map(weekdayName).join(", ")}: ${periods.map(sayPeriod).join(", ")}`;
}

function saySeason({ start, end, days }: Season): string {
  const all = days.map(sayDays).join("; ");
  return start === "1/1" && end === "12/31" ? all : `${yearday(start)} – ${yearday(end)}: ${all}`;
}

/** When a generator may run, in words. */
export const sayHours = (hours: Hours): string => hours.default.map(saySeason).join("; ") || UNKNOWN;

export function show(value: Setting | undefined, unit = "", words: { yes: string; no: string } = { yes: "yes", no: "no" }): string {
  if (value === null || value === undefined || value === "") return UNKNOWN;
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (typeof value === "string" && minutesOf(value) !== null) return writeTime(value, locale(), choices());
  const hours = parseHours(value);
  if (hours !== null) return sayHours(hours);
  if (unit === "%" && typeof value === "number") return writePercent(value, locale());
  const text = typeof value === "string" ? choiceName(value) : writeNumber(value, locale());
  return unit === "" ? text : `${text}\u00a0${unit}`;
}

/** Of a setting of a control, such as %. */
export const unitOf = (offer: Offer | undefined, name: string): string => offer?.arguments.find((one) => one.name === name)?.unit ?? "";

/** What the form begins with: the current settings of a target. */
export function startOf(offer: Offer, target: string): Record<string, Setting> {
  const current = offer.current[target] ?? {};
  const values = offer.arguments.map((one): [string, Setting] => [one.name, one.is_target ? target : (current[one.name] ?? null)]);
  return Object.fromEntries(values);
}

/** What is sent: what was filled in, and no setting that was not touched. */
export function givenOf(offer: Offer, start: Record<string, Setting>, form: Record<string, Setting>): Record<string, Setting> {
  const isGiven = ({ name, is_target, is_required }: Argument): boolean => {
    const value = form[name];
    return value !== null && value !== undefined && value !== "" && (is_target || is_required || value !== start[name]);
  };
  return Object.fromEntries(offer.arguments.filter(isGiven).map(({ name }) => [name, form[name] ?? null]));
}
