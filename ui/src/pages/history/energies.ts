/** Energies of a period, bar by bar and as a whole. What is not known stays unknown. */

import type { Energies, Maybe } from "../../api/types";
import { SHARED, type HistoryColumns } from "./api";
import { clockOf } from "./period";

export const PARTS = ["solar_wh", "discharge_wh", "import_wh", "load_wh", "charge_wh", "export_wh"] as const;
export type PartName = (typeof PARTS)[number];
export const SOURCES: readonly PartName[] = ["solar_wh", "discharge_wh", "import_wh"];
export const USES: readonly PartName[] = ["load_wh", "charge_wh", "export_wh"];

/** What is compared is of the gateways, and of the times, of which both quantities are known. */
type Shared = Record<(typeof SHARED)[number], Maybe<number>>;

export interface Row extends Energies, Shared {
  start_s: number;
  /** What the meters leave unexplained; it may be negative, and is in no other part. */
  residual_wh: Maybe<number>;
  isEstimated: boolean;
  /** Charge and discharge come from powers, as nothing counts them. */
  isIntegrated: boolean;
}

export interface Total extends Energies {
  autarky_pct: Maybe<number>;
  self_consumption_pct: Maybe<number>;
  residual_wh: Maybe<number>;
  isEstimated: boolean;
  isIntegrated: boolean;
}

export function rowsOf(columns: HistoryColumns): Row[] {
  return columns.start.map((start_s, row) => {
    const part = (name: PartName | "residual_wh" | keyof Shared): Maybe<number> => columns[name]?.[row] ?? null;
    return {
      start_s,
      house_load_wh: part("house_load_wh"),
      house_import_wh: part("house_import_wh"),
      sun_solar_wh: part("sun_solar_wh"),
      sun_export_wh: part("sun_export_wh"),
      isEstimated: columns.estimated[row] === true,
      isIntegrated: columns.charge_estimated?.[row] === true,
      residual_wh: part("residual_wh"),
      solar_wh: part("solar_wh"),
      import_wh: part("import_wh"),
      export_wh: part("export_wh"),
      charge_wh: part("charge_wh"),
      discharge_wh: part("discharge_wh"),
      load_wh: part("load_wh"),
    };
  });
}

export function isKnown(row: Row): boolean {
  return PARTS.some((name) => row[name] !== null);
}

/** Rows from the first to the last one that says anything. */
export function trimmed(rows: readonly Row[]): Row[] {
  const first = rows.findIndex(isKnown);
  return first < 0 ? [] : rows.slice(first, rows.findLastIndex(isKnown) + 1);
}

/** Add up what is known; null where nothing is. */
export function sumOf(values: readonly Maybe<number>[]): Maybe<number> {
  return values.reduce<Maybe<number>>((total, value) => (value === null ? total : (total ?? 0) + value), null);
}

/** Add up what is known; null where nothing of a part is. */
export function totalOf(rows: readonly Row[]): Total {
  const sum = (name: PartName | "residual_wh"): Maybe<number> => sumOf(rows.map((row) => row[name]));
  return {
    solar_wh: sum("solar_wh"),
    import_wh: sum("import_wh"),
    export_wh: sum("export_wh"),
    load_wh: sum("load_wh"),
    charge_wh: sum("charge_wh"),
    discharge_wh: sum("discharge_wh"),
    residual_wh: sum("residual_wh"),
    isIntegrated: rows.some(({ isIntegrated }) => isIntegrated),
    autarky_pct: shareOf(sumOf(rows.map((row) => row.house_load_wh)), sumOf(rows.map((row) => row.house_import_wh))),
    self_consumption_pct: shareOf(sumOf(rows.map((row) => row.sun_solar_wh)), sumOf(rows.map((row) => row.sun_export_wh))),
    isEstimated: rows.some(({ isEstimated }) => isEstimated),
  };
}

/** The part of a whole that is left without `without`, in percent, 0 to 100. */
export function shareOf(whole: Maybe<number>, without: Maybe<number>): Maybe<number> {
  if (whole === null || without === null || whole <= 0) return null;
  return Math.min(100, Math.max(0, (100 * (whole - without)) / whole));
}

/** The day with the most and the one with the least sun, of whole days only. */
export function extremes(rows: readonly Row[], before_s: number): { best: Row; worst: Row } | null {
  const days = rows.filter(({ solar_wh, start_s }) => solar_wh !== null && start_s < before_s);
  if (days.length < 2) return null;
  const sorted = days.toSorted((left, right) => right.solar_wh! - left.solar_wh!);
  return { best: sorted[0]!, worst: sorted.at(-1)! };
}

/** A table for other programs: plain numbers, and nothing where nothing is known. */
export function renderCsv(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const cell = (value: string | number | null): string => {
    const text = value === null ? "" : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [head, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** Hours of another day beside those of this one that have the same time on the clock, which one day may skip or repeat. */
export function besideByClock(rows: readonly Row[], others: readonly Row[], timeZone: string): (Row | undefined)[] {
  const hourOf = ({ start_s }: Row): string => clockOf(start_s * 1000, timeZone);
  const left = new Map<string, Row[]>();
  for (const other of others) left.set(hourOf(other), [...(left.get(hourOf(other)) ?? []), other]);
  return rows.map((row) => left.get(hourOf(row))?.shift());
}
