/** What is wrong with panels, and with all of them at once. */

import type { Maybe } from "../../api/types";
import type { Panel, Silence } from "../../lib/panels";

export type Fault =
  | { serial: string; kind: Exclude<Silence, "all">; since_ms: Maybe<number> }
  | { serial: string; kind: "weak"; below_pct: number }
  | { serial: string; kind: "reported"; words: string }
  | { serial: null; kind: "all"; since_ms: Maybe<number> };

/** What a sleeping panel says of itself is no fault. */
const NO_FAULT: readonly string[] = ["ok", "asleep"];

export function findFaults(panels: readonly Panel[], weak: ReadonlyMap<string, number>): Fault[] {
  const found = panels.flatMap(({ inverter: { serial, status }, state, silence, at_ms }): Fault[] => {
    const faults: Fault[] = [];
    if (silence !== null && silence !== "all") faults.push({ serial, kind: silence, since_ms: at_ms });
    const below_pct = weak.get(serial);
    if (state !== "silent" && below_pct !== undefined) faults.push({ serial, kind: "weak", below_pct });
    if (status !== null && !NO_FAULT.includes(status) && state !== "asleep") faults.push({ serial, kind: "reported", words: status });
    return faults;
  });
  const times = panels.flatMap(({ silence, at_ms }) => (silence === "all" && at_ms !== null ? [at_ms] : []));
  if (!panels.some(({ silence }) => silence === "all")) return found;
  return [{ serial: null, kind: "all", since_ms: times.length === 0 ? null : Math.max(...times) }, ...found];
}
