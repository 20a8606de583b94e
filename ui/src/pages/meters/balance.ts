/** What meters that should agree leave unexplained, hour by hour. */

import type { EnergyColumns, Maybe } from "../../api/types";

export interface BalanceHour {
  start_s: number;
  /** What came in: sun, import and discharge. */
  in_wh: Maybe<number>;
  /** What is left over; it may be negative. */
  residual_wh: Maybe<number>;
  isEstimated: boolean;
}

export interface BalanceColumns extends EnergyColumns {
  residual_wh: Maybe<number>[];
}

export function hoursOf(columns: BalanceColumns): BalanceHour[] {
  return columns.start.map((start_s, row) => ({
    start_s,
    in_wh: sum([columns.solar_wh[row], columns.import_wh[row], columns.discharge_wh[row]]),
    residual_wh: columns.residual_wh[row] ?? null,
    isEstimated: columns.estimated[row] === true,
  }));
}

/** The whole day; null where nothing is known, and of the share where nothing came in. */
export function totalOf(hours: readonly BalanceHour[]): { residual_wh: Maybe<number>; share_pct: Maybe<number> } {
  const residual_wh = sum(hours.map((hour) => hour.residual_wh));
  const in_wh = sum(hours.flatMap((hour) => (hour.residual_wh === null ? [] : [hour.in_wh])));
  const isKnown = residual_wh !== null && in_wh !== null && in_wh > 0;
  return { residual_wh, share_pct: isKnown ? (100 * residual_wh) / in_wh : null };
}

function sum(values: readonly (number | null | undefined)[]): Maybe<number> {
  return values.reduce<Maybe<number>>((total, value) => (value === null || value === undefined ? total : (total ?? 0) + value), null);
}
