/** Controls and their settings as people read them. */

import type { Argument, Offer, Outcome, Setting } from "./api";
import { UNKNOWN } from "../../lib/format";

export const GOOD: ReadonlySet<Outcome> = new Set(["unchanged", "took effect", "pending"]);

/** What can be undone: something was sent and did something. */
export const UNDOABLE: ReadonlySet<Outcome> = new Set(["took effect", "pending", "overwritten"]);

/** `battery` of `battery.charge-from-grid`. */
export const groupOf = (name: string): string => name.split(".")[0] ?? name;

/** `charge from grid` of `charge_from_grid`. */
export const plainName = (name: string): string => name.replace(/[._-]+/g, " ");

export function show(value: Setting | undefined, unit = "", words: { yes: string; no: string } = { yes: "yes", no: "no" }): string {
  if (value === null || value === undefined || value === "") return UNKNOWN;
  if (typeof value === "boolean") return value ? words.yes : words.no;
  return unit === "" ? String(value) : `${value}\u00a0${unit}`;
}

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
