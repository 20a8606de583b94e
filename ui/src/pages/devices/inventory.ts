/** Devices of history and of the newest snapshot together. */

import type { Maybe, Snapshot } from "../../api/types";
import type { KnownDevice } from "./api";

export interface Device {
  serial: string;
  kind: string;
  /** What a meter measures; null of all else. */
  measures: Maybe<string>;
  part_number: Maybe<string>;
  firmware: Maybe<string>;
  communicating: Maybe<boolean>;
  /** Bars, 0 to 5. */
  signal: Maybe<number>;
  status: Maybe<string>;
  /** Why a relay between panels and grid is open, in the gateway's own words; null of all else. */
  reason: Maybe<string>;
  first_s: Maybe<number>;
  last_s: Maybe<number>;
  /** The gateway still lists it; null while it does not say all that it lists. */
  isListed: Maybe<boolean>;
  /** It sleeps as all panels do without light; then nobody need reach it. */
  isAsleep: boolean;
}

interface Said {
  serial: string;
  kind?: string;
  measures?: string;
  at?: Maybe<string>;
  part_number?: Maybe<string>;
  firmware?: Maybe<string>;
  communicating?: Maybe<boolean>;
  status?: Maybe<string>;
  state?: Maybe<string>;
  relay?: Maybe<string>;
  relay_reason?: Maybe<string>;
  long_range_radio_level?: Maybe<number>;
  short_range_radio_level?: Maybe<number>;
}

const Q_RELAY = "q-relay";
const ORDER = ["gateway", "system-controller", "meter-collar", "combiner", "q-relay", "battery", "meter", "inverter"];

export interface Light {
  /** The snapshot tells of now, so that what communicates in it does. */
  isFresh: boolean;
  /** The gateway does not answer. */
  isAway: boolean;
  asleep: ReadonlySet<string>;
}

export function buildInventory(known: readonly KnownDevice[], snapshot: Maybe<Snapshot>, { isFresh, isAway, asleep }: Light): Device[] {
  const isComplete = snapshot !== null && snapshot.missing.length === 0;
  const found = new Map<string, Device>();
  for (const { serial, kind: said, part_number, firmware, first_seen, last_seen } of known) {
    // History has one word for whatever parts the house from the grid.
    const kind = said === "controller" ? "system-controller" : said;
    // Of a meter, history keeps what it measures in the place of a part.
    const [measures, part] = kind === "meter" ? [part_number, null] : [null, part_number];
    const blank = { measures, communicating: null, signal: null, status: null, reason: null, isListed: isComplete ? false : null, isAsleep: false };
    found.set(serial, { serial, kind, part_number: part, firmware, first_s: first_seen, last_s: last_seen, ...blank });
  }
  for (const [kind, said] of listed(snapshot)) {
    const before = found.get(said.serial);
    const at_ms = said.at === undefined || said.at === null ? Number.NaN : Date.parse(said.at);
    found.set(said.serial, {
      serial: said.serial,
      kind,
      measures: said.measures ?? before?.measures ?? null,
      part_number: said.part_number ?? before?.part_number ?? null,
      firmware: said.firmware ?? before?.firmware ?? null,
      communicating: isAway && kind === "gateway" ? false : isFresh && !isAway ? (said.communicating ?? null) : null,
      signal: said.long_range_radio_level ?? said.short_range_radio_level ?? null,
      status: said.status ?? said.state ?? (kind === Q_RELAY ? (said.relay ?? null) : null),
      reason: kind === Q_RELAY && said.relay === "open" ? (said.relay_reason ?? null) : null,
      first_s: before?.first_s ?? null,
      last_s: Number.isNaN(at_ms) ? (before?.last_s ?? null) : at_ms / 1000,
      isListed: true,
      isAsleep: asleep.has(said.serial),
    });
  }
  const rank = ({ kind }: Device): number => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);
  return [...found.values()].sort((left, right) => rank(left) - rank(right) || left.serial.localeCompare(right.serial));
}

function listed(snapshot: Maybe<Snapshot>): [string, Said][] {
  if (snapshot === null) return [];
  const { gateway, inverters, batteries, meters } = snapshot;
  const controllers = (snapshot as Snapshot & { controllers?: Said[] }).controllers ?? [];
  return [
    ["gateway", { ...gateway, at: snapshot.at, communicating: true }],
    ...controllers.map((each): [string, Said] => [each.kind ?? "system-controller", each]),
    // A meter of a gateway has a number instead of a serial.
    ...meters.map(({ eid, kind, state, at }): [string, Said] => ["meter", { serial: String(eid), measures: kind, state, at }]),
    ...batteries.map((each): [string, Said] => ["battery", each]),
    ...inverters.map((each): [string, Said] => ["inverter", each]),
  ];
}
