/** The rows of a meter in a table: its phases, and all together where there is more than one. */

import type { Meter, Reading } from "../../api/types";

export interface Row {
  /** Empty is the meter as a whole. */
  phase: string;
  reading: Reading;
  /** The voltages of the two halves of a split phase add up; those of three phases do not. */
  hasVoltage: boolean;
}

export function rowsOf(meter: Meter): Row[] {
  const phases = meter.channels.map((channel): Row => ({ phase: channel.phase, reading: channel, hasVoltage: true }));
  if (phases.length === 1) return phases;
  return [...phases, { phase: "", reading: meter, hasVoltage: phases.length < 3 }];
}
