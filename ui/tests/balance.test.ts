import { describe, expect, test } from "vitest";
import { buildBalance } from "../src/lib/balance";

describe("balance of a day", () => {
  const energies = { solar_wh: 8000, import_wh: 2000, export_wh: 3000, charge_wh: null, discharge_wh: null, load_wh: 7000 };

  test("without a battery it has two parts a side, and both sides agree", () => {
    const { sources, uses } = buildBalance(energies, false);
    expect(sources.parts.map(({ id, share }) => [id, share])).toEqual([["solar", 0.8], ["import", 0.2]]);
    expect(uses.total_wh).toBe(sources.total_wh);
  });

  test("an unknown part leaves its side without total and shares", () => {
    const { sources } = buildBalance(energies, true);
    expect(sources.total_wh).toBeNull();
    expect(sources.parts.map(({ energy_wh, share }) => [energy_wh, share])).toEqual([
      [8000, null],
      [null, null],
      [2000, null],
    ]);
  });

  test("nothing yet is 0 of 0 without shares", () => {
    const nothing = { solar_wh: 0, import_wh: 0, export_wh: 0, charge_wh: 0, discharge_wh: 0, load_wh: 0 };
    expect(buildBalance(nothing, true).uses).toMatchObject({ total_wh: 0, parts: [{ share: null }, { share: null }, { share: null }] });
  });
});
