/** What becomes of the battery if it goes on like this. */

import type { Maybe, Storage } from "../api/types";
import { REST_W } from "./flow";

export interface Outlook {
  goal: "until_full" | "until_reserve";
  span_s: number;
}

const LONGEST_S = 48 * 3600;

/** Time until full or down to the reserve at the present power; null where it rests or something is not known. */
export function outlook(storage: Maybe<Storage>, power_w: Maybe<number>): Maybe<Outlook> {
  if (storage === null || power_w === null || Math.abs(power_w) < REST_W) return null;
  const { soc_pct, capacity_wh, reserve_soc_pct } = storage;
  if (soc_pct === null || capacity_wh === null || capacity_wh <= 0) return null;
  const target_pct = power_w < 0 ? 100 : reserve_soc_pct;
  if (target_pct === null) return null;
  const energy_wh = (Math.abs(target_pct - soc_pct) / 100) * capacity_wh;
  const isThere = power_w < 0 ? soc_pct >= target_pct : soc_pct <= target_pct;
  const span_s = (energy_wh / Math.abs(power_w)) * 3600;
  if (isThere || span_s > LONGEST_S) return null;
  return { goal: power_w < 0 ? "until_full" : "until_reserve", span_s };
}
