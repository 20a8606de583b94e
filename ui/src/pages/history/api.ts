import { read } from "../../api/client";
import type { EnergyColumns, Maybe } from "../../api/types";
import type { Bar, Period } from "./period";

/** What belongs together; replies of an earlier version, which a browser keeps for when it is offline, have none. */
export const SHARED = ["house_load_wh", "house_import_wh", "sun_solar_wh", "sun_export_wh"] as const;
export type HistoryColumns = EnergyColumns & { residual_wh?: EnergyColumns["solar_wh"]; charge_estimated?: EnergyColumns["estimated"] } & Partial<
    Record<(typeof SHARED)[number], Maybe<number>[]>
  >;

export interface CostColumns {
  currency: Maybe<string>;
  /** Null where no prices are known. */
  tariff: Maybe<string>;
  start: number[];
  energy_cost: Maybe<number>[];
  demand_cost: Maybe<number>[];
  fixed_cost: Maybe<number>[];
  net_cost: Maybe<number>[];
  credit: Maybe<number>[];
  savings: Maybe<number>[];
  grid_only_cost: Maybe<number>[];
  unpriced_wh: Maybe<number>[];
  /** Replies of an earlier version, which a browser keeps for when it is offline, have none. */
  unpriced_export_wh?: Maybe<number>[];
  estimated: boolean[];
  /** Of some time or gateway only import is known, or only export. */
  one_sided?: boolean[];
}

/** Energies of exactly the period; whole months and years need not be cut. */
export const fetchEnergy = ({ start, end }: Pick<Period, "start" | "end">, by: Bar, gateway: string | undefined, isCut = false): Promise<HistoryColumns> =>
  read("history/energy", { start, end, by, exact: isCut ? "true" : undefined, gateway });

/** Costs are known by day at the finest; a range takes them by day, as it may begin and end within a month. */
export const fetchCosts = ({ kind, start, end, bar }: Period, gateway: string | undefined, isCut = false): Promise<CostColumns> =>
  read("costs", { start, end, by: bar === "hour" || kind === "range" ? "day" : bar, until_end: isCut ? "true" : undefined, gateway });

/** What each hour of a day cost, without fees. */
export const fetchHourCosts = ({ start, end }: Pick<Period, "start" | "end">, gateway: string | undefined, isCut = false): Promise<CostColumns> =>
  read("costs", { start, end, by: "hour", until_end: isCut ? "true" : undefined, gateway });
