import { read, send } from "../../api/client";
import type { InverterColumns, Maybe } from "../../api/types";
import type { Span } from "../../lib/time";
import type { Layout } from "./array";

export interface PanelEnergy {
  start: number[];
  serial: string[];
  energy_wh: Maybe<number>[];
  estimated: Maybe<boolean>[];
}

export const fetchLayout = (): Promise<Layout> => read("layout");

/** Keep a layout, unless another one than `before` is kept by now. */
export const keepLayout = (layout: Layout, before: Layout): Promise<Layout> => send("PUT", "layout", { ...layout, before });

export const fetchReports = (span: Span, gateway: string | undefined): Promise<InverterColumns> =>
  read("history/inverters", { start: span.start_s, end: span.end_s, gateway });

export const fetchEnergies = (span: Span, by: "day" | "month", gateway: string | undefined): Promise<PanelEnergy> =>
  read("history/panels", { start: span.start_s, end: span.end_s, by, gateway });

/** Energies of each panel, periods added up; null where nothing is known. */
export function sumEnergies(columns: PanelEnergy): Map<string, Maybe<number>> {
  const sums = new Map<string, Maybe<number>>();
  columns.serial.forEach((serial, row) => {
    const value = columns.energy_wh[row] ?? null;
    const before = sums.get(serial) ?? null;
    sums.set(serial, value === null ? before : (before ?? 0) + value);
  });
  return sums;
}
