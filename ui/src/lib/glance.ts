/** How a day so far compares with what is usual by the same time. */

import type { ComparedDay, Maybe } from "../api/types";

export interface Against {
  /** In percent of what is usual; below zero is less. */
  change_pct: number;
  /** What is usual: the mean of the days before. */
  usual_wh: number;
}

/** So little is not worth a comparison. */
const LEAST_WH = 50;

/** Null where nobody can tell: nothing is known of today or of earlier days, or there is next to nothing of it. */
export function againstUsual(compared: Maybe<ComparedDay>, name: "solar_wh" | "load_wh"): Maybe<Against> {
  const [now_wh, usual_wh] = [compared?.today[name] ?? null, compared?.week[name] ?? null];
  if (now_wh === null || usual_wh === null || usual_wh < LEAST_WH) return null;
  return { change_pct: 100 * (now_wh / usual_wh - 1), usual_wh };
}
