/** In which time zone a house is: its gateway, the browser and the machine on which Openvoy runs may say three things. */

import type { Maybe } from "../../api/types";
import { localTime } from "../../lib/time";

export interface ZoneChoice {
  zone: string;
  /** Who says so. */
  by: "gateway" | "browser" | "machine";
}

export interface ZonesSaid {
  gateway: Maybe<string>;
  browser: string;
  machine: string;
}

/** What a machine says that was never told: containers have the zone UTC, whoever looks at them. */
const UNTOLD = /^(Etc\/)?(UTC|UCT|Universal|Zulu|GMT)$/;

/** Any will do: zones that differ do so in each. */
const YEAR = 2026;

/** The zones that are said, each once, the likely one first. */
export function zonesOf({ gateway, browser, machine }: ZonesSaid): ZoneChoice[] {
  const isSure = !UNTOLD.test(machine) && isSame(machine, browser);
  const asked: ZoneChoice[] = [
    ...(gateway !== null && isKnown(gateway) ? [{ zone: gateway, by: "gateway" as const }] : []),
    { zone: browser, by: "browser" },
  ];
  const ofMachine: ZoneChoice = { zone: machine, by: "machine" };
  const told = asked.filter(({ zone }) => !UNTOLD.test(zone));
  const said = isSure ? [ofMachine, ...told] : [...told, ofMachine];
  return said.filter(({ zone }, index) => said.findIndex((other) => isSame(other.zone, zone)) === index);
}

/** All that the browser knows but these. */
export const otherZones = (likely: readonly ZoneChoice[]): string[] =>
  Intl.supportedValuesOf("timeZone").filter((zone) => !likely.some((one) => one.zone === zone));

/** Whether two names mean one clock; a zone has several names. */
export function isSame(left: string, right: string): boolean {
  return left === right || clockOf(left) === clockOf(right);
}

/** Whether this browser knows the zone; gateways have some of their own. */
function isKnown(zone: string): boolean {
  try {
    return clockOf(zone) !== "";
  } catch {
    return false;
  }
}

/** What clocks there show in each month of a year. */
function clockOf(zone: string): string {
  return Array.from({ length: 12 }, (_, month) => localTime(Date.UTC(YEAR, month, 15), zone)).join(" ");
}
