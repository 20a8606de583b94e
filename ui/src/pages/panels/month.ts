/** The days of a panel beside those of its neighbours. */

import type { Maybe } from "../../api/types";
import type { PanelEnergy } from "./api";
import { median } from "./frames";

export interface PanelDay {
  start_s: number;
  own_wh: Maybe<number>;
  /** The median of its neighbours. */
  usual_wh: Maybe<number>;
  isEstimated: boolean;
}

/** Every day of which something is known of the panel or of the others of its group. */
export function daysBeside(columns: PanelEnergy, serial: string, neighbours: readonly string[]): PanelDay[] {
  const others = new Set(neighbours.filter((each) => each !== serial));
  const days = new Map<number, { own: number | null; others: Maybe<number>[]; isEstimated: boolean }>();
  columns.start.forEach((start_s, row) => {
    const day = days.get(start_s) ?? { own: null, others: [], isEstimated: false };
    days.set(start_s, day);
    const value = columns.energy_wh[row] ?? null;
    if (columns.serial[row] === serial) [day.own, day.isEstimated] = [value, columns.estimated[row] === true];
    else if (others.has(columns.serial[row]!)) day.others.push(value);
  });
  return [...days]
    .map(([start_s, day]) => ({ start_s, own_wh: day.own, usual_wh: median(day.others), isEstimated: day.isEstimated }))
    .filter(({ own_wh, usual_wh }) => own_wh !== null || usual_wh !== null)
    .sort((left, right) => left.start_s - right.start_s);
}
