/** The table as a file for other programs: plain numbers, times of the site with their offset, nothing where nothing is known. */

import type { Maybe } from "../../api/types";
import type { Cell } from "../../lib/table";
import { localTime } from "../../lib/time";
import { isKnown, renderCsv, type Row } from "./energies";

export interface Sheet {
  /** Names of columns, as they are shown. */
  ids: readonly string[];
  rows: readonly Cell[];
  /** Rows of what it is compared with, beside those above; null where it is compared with nothing. */
  others: readonly (Row | undefined)[] | null;
  /** Of amounts; undefined where no prices are known. */
  currency: Maybe<string> | undefined;
  timeZone: string;
}

export function buildCsv({ ids, rows, others, currency, timeZone }: Sheet): string {
  const timeOf = (at_s: number): string => localTime(at_s * 1000, timeZone);
  const head = ["start", ...ids, "estimated", ...(others === null ? [] : ["compared_start", "compared_estimated"]), ...(currency === undefined ? [] : ["currency"])];
  const lines = rows.map(({ key, values, isEstimated }, index) => {
    const other = others?.[index];
    return [
      timeOf(Number(key)),
      ...ids.map((id) => values[id] ?? null),
      String(isEstimated),
      ...(others === null ? [] : other === undefined ? [null, null] : [timeOf(other.start_s), String(other.isEstimated)]),
      ...(currency === undefined ? [] : [currency]),
    ];
  });
  return renderCsv(head, lines);
}

/** The first and the last of the days of which anything is known. */
export function knownDays(days: readonly Row[], dateOf: (row: Row) => string): [string, string] | null {
  const first = days.find(isKnown);
  return first === undefined ? null : [dateOf(first), dateOf(days.findLast(isKnown)!)];
}
