/** Today's energies as sources and uses. */

import type { Energies, Maybe } from "../api/types";

export type PartId = "solar" | "import" | "discharge" | "load" | "export" | "charge";
export type PartColor = "solar" | "import" | "battery" | "load" | "export";

export interface Part {
  id: PartId;
  color: PartColor;
  energy_wh: Maybe<number>;
  /** Of its side, 0 to 1; null where one part of the side is not known. */
  share: Maybe<number>;
}

export interface Side {
  parts: Part[];
  /** Null where a part of it is not known. */
  total_wh: Maybe<number>;
}

type Row = [PartId, PartColor, keyof Energies];

const SOURCES: Row[] = [
  ["solar", "solar", "solar_wh"],
  ["discharge", "battery", "discharge_wh"],
  ["import", "import", "import_wh"],
];
const USES: Row[] = [
  ["load", "load", "load_wh"],
  ["charge", "battery", "charge_wh"],
  ["export", "export", "export_wh"],
];

/** Build one side; a battery that does not exist has no part in it. */
function buildSide(energies: Energies, rows: readonly Row[], hasBattery: boolean): Side {
  const used = rows.filter(([, color]) => hasBattery || color !== "battery");
  const values = used.map(([, , name]) => energies[name] ?? null);
  const total = values.reduce<Maybe<number>>(
    (sum, value) => (sum === null || value === null ? null : sum + Math.max(0, value)),
    0,
  );
  const parts = used.map(([id, color], index) => {
    const energy_wh = values[index] ?? null;
    const share = total === null || total <= 0 || energy_wh === null ? null : Math.max(0, energy_wh) / total;
    return { id, color, energy_wh, share };
  });
  return { parts, total_wh: total };
}

/** Where the energy came from and where it went. */
export function buildBalance(energies: Energies, hasBattery: boolean): { sources: Side; uses: Side } {
  return { sources: buildSide(energies, SOURCES, hasBattery), uses: buildSide(energies, USES, hasBattery) };
}
