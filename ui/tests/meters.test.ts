import { describe, expect, it } from "vitest";
import { hoursOf, totalOf, type BalanceColumns } from "../src/pages/meters/balance";
import { cellsOf, channelsOf, marksOf, pick } from "../src/pages/meters/series";
import type { MeterColumns } from "../src/pages/meters/api";
import { rowsOf } from "../src/pages/meters/rows";
import type { Meter } from "../src/api/types";

const none = [null, null, null];

function balance(residual_wh: (number | null)[]): BalanceColumns {
  return {
    start: [0, 3600, 7200],
    solar_wh: [1000, 2000, 500],
    import_wh: [0, null, 500],
    export_wh: none,
    charge_wh: none,
    discharge_wh: none,
    load_wh: none,
    residual_wh,
    estimated: [false, true, null],
  } as BalanceColumns;
}

describe("the balance of the meters", () => {
  it("adds up what is left over, whatever its sign", () => {
    const hours = hoursOf(balance([30, -80, 10]));
    expect(hours.map(({ in_wh }) => in_wh)).toEqual([1000, 2000, 1000]);
    expect(hours.map(({ isEstimated }) => isEstimated)).toEqual([false, true, false]);
    expect(totalOf(hours)).toEqual({ residual_wh: -40, share_pct: -1 });
  });

  it("takes only hours whose rest is known into the share", () => {
    expect(totalOf(hoursOf(balance([null, 40, null])))).toEqual({ residual_wh: 40, share_pct: 2 });
    expect(totalOf(hoursOf(balance([null, null, null])))).toEqual({ residual_wh: null, share_pct: null });
  });
});

describe("lines of a meter", () => {
  const columns = {
    at: [0, 0, 0, 600, 600],
    channel: [0, 1, 2, 1, 2],
    voltage_v: [230, 231, 232, null, 234],
  } as unknown as MeterColumns;

  it("are its phases, and the meter itself where it has none", () => {
    expect(channelsOf(columns)).toEqual([1, 2]);
    expect(channelsOf({ ...columns, channel: [0, 0, 0, 0, 0] })).toEqual([0]);
  });

  it("stand beside each other in a table, and what is not known stays so", () => {
    const lines = [1, 2].map((channel) => ({ name: `L${channel}`, ...pick(columns, "voltage_v", channel) }));
    expect(cellsOf(lines, String).map(({ label, values }) => [label, values])).toEqual([
      ["0", { 0: 231, 1: 232 }],
      ["600", { 0: null, 1: 234 }],
    ]);
  });
});

describe("the marks of a day's chart", () => {
  it("are its ends, and zero well between them", () => {
    expect(marksOf(207, 253)).toEqual([253, 207]);
    expect(marksOf(-2000, 900)).toEqual([900, 0, -2000]);
    expect(marksOf(-10, 3000)).toEqual([3000, -10]);
  });

  it("are one where all values are the same, as those of a night are", () => {
    expect(marksOf(0, 0)).toEqual([0]);
  });
});

describe("the rows of a meter", () => {
  const meter = (...phases: string[]): Meter => ({ channels: phases.map((phase) => ({ phase })) }) as Meter;

  it.each([
    [meter("L1"), ["L1 true"]],
    [meter("L1", "L2"), ["L1 true", "L2 true", " true"]],
    // 230 V three times is not 690 V.
    [meter("L1", "L2", "L3"), ["L1 true", "L2 true", "L3 true", " false"]],
    [meter(), [" true"]],
  ])("have a voltage where it means something (%#)", (each, expected) => {
    expect(rowsOf(each).map(({ phase, hasVoltage }) => `${phase} ${hasVoltage}`)).toEqual(expected);
  });
});
