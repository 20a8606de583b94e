import { read } from "../../api/client";
import type { EnergyColumns, Maybe } from "../../api/types";
import type { Bar, Period } from "./period";

export interface CostColumns {
  currency: Maybe<string>;
  tariff: string;
  start: number[];
  net_cost: Maybe<number>[];
  credit: Maybe<number>[];
  savings: Maybe<number>[];
}

export const fetchEnergy = ({ start, end }: Period, by: Bar, gateway: string | undefined): Promise<EnergyColumns> =>
  read("history/energy", { start, end, by, gateway });

/** Costs are known by day at the finest. */
export const fetchCosts = ({ start, end, bar }: Period, gateway: string | undefined): Promise<CostColumns> =>
  read("costs", { start, end, by: bar === "hour" ? "day" : bar, gateway });
