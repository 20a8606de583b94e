/** Sentences about what happens, for eyes and ears. */

import type { Maybe, Power, Snapshot } from "../api/types";
import type { DeviceId, Leg } from "./flow";
import { REST_W } from "./flow";
import type { Format } from "./format";
import { UNKNOWN } from "./format";
import { t } from "./i18n.svelte";
import { said } from "./said.svelte";

/** What a panel or battery reports of itself, "ok" or "ground fault, relay open", in the language of the page. */
export const sayStatus = (status: Maybe<string>): string => (status === null ? UNKNOWN : status.split(", ").map(said).join(", "));

/** One or two words on what a device does. */
export function stateOf(id: DeviceId, leg: Leg, snapshot: Maybe<Snapshot>): string {
  if (id === "grid" && isIslanded(snapshot)) return t("flow.islanded");
  if (id === "solar" || snapshot === null) return t(`device.${id}`);
  if (leg.power_w === null) return t(snapshot.missing.length > 0 ? "flow.unknown" : "flow.not_measured");
  if (id === "generator") return t(leg.direction > 0 ? "device.generator" : "flow.off");
  if (leg.direction === 0) return t("flow.idle");
  if (id === "grid") return t(leg.direction > 0 ? "flow.importing" : "flow.exporting");
  return t(leg.direction > 0 ? "flow.discharging" : "flow.charging");
}

/** Whether the house is cut off from the grid. */
export function isIslanded(snapshot: Maybe<Snapshot>): boolean {
  const grid = snapshot?.grid;
  return grid?.status === "off-grid" || grid?.relay === "open";
}

/** The diagram as text. */
export function flowSentence(power: Power, devices: readonly DeviceId[], soc_pct: Maybe<number>, format: Format): string {
  const parts = [sayPower("solar", power.solar_w, format), sayPower("load", power.load_w, format)];
  parts.push(saySigned("grid", power.grid_w, format));
  if (devices.includes("battery")) {
    parts.push(saySigned("battery", power.battery_w, format));
    if (soc_pct !== null) parts.push(t("say.soc", { percent: format.percent(soc_pct) }));
  }
  if (devices.includes("generator")) parts.push(sayPower("generator", power.generator_w, format));
  return parts.join(" ");
}

const sayPower = (id: "solar" | "load" | "generator", value_w: Maybe<number>, format: Format): string =>
  value_w === null ? t(`say.${id}_unknown`) : t(`say.${id}`, { power: format.power(value_w) });

function saySigned(id: "grid" | "battery", value_w: Maybe<number>, format: Format): string {
  if (value_w === null) return t(`say.${id}_unknown`);
  if (Math.abs(value_w) < REST_W) return t(`say.${id}_idle`);
  return t(value_w > 0 ? `say.${id}_in` : `say.${id}_out`, { power: format.power(Math.abs(value_w)) });
}
