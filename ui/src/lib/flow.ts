/** Geometry and meaning of the energy flow diagram, without drawing anything. */

import type { Maybe, Power } from "../api/types";

export type DeviceId = "solar" | "battery" | "grid" | "generator";
export type FlowColor = "solar" | "battery" | "import" | "export" | "generator";

export interface Point {
  x: number;
  y: number;
}

export interface Circle extends Point {
  r: number;
}

export interface PlacedDevice {
  id: DeviceId;
  circle: Circle;
  /** Line from the device to the house, as SVG path data. */
  path: string;
  /** The middle of the line, and the direction to the house in degrees. */
  arrow: { at: Point; angle: number };
  /** Whether its words stand above it, away from the line. */
  isAboveHouse: boolean;
}

export interface FlowLayout {
  width: number;
  height: number;
  house: Circle;
  devices: PlacedDevice[];
}

export interface Leg {
  id: DeviceId;
  /** Power that crosses this leg, without sign; null is unknown. */
  power_w: Maybe<number>;
  /** 1 towards the house, -1 away from it, 0 at rest or unknown. */
  direction: -1 | 0 | 1;
  color: FlowColor;
  /** Stroke width in px. */
  width: number;
  /** Speed of the beads in px/s. */
  speed: number;
}

export interface Share {
  color: FlowColor;
  power_w: number;
  /** Of the circle, 0 to 1. */
  from: number;
  to: number;
}

/** Less than this is at rest: meters and sleeping inverters read a few watts. */
export const REST_W = 15;
/** Least power at which a leg has its full width, so that a small site is not all thick lines. */
const FULL_WIDTH_W = 4000;
const NARROW = 470;

const POWER_OF: Record<DeviceId, keyof Power> = {
  solar: "solar_w",
  battery: "battery_w",
  grid: "grid_w",
  generator: "generator_w",
};

/** Describe each leg; `peak_w` is the highest power seen, to which widths and speeds relate. */
export function buildLegs(power: Power, devices: readonly DeviceId[], peak_w: number): Leg[] {
  const full = Math.max(FULL_WIDTH_W, peak_w);
  return devices.map((id) => {
    const value = power[POWER_OF[id]];
    const size = value === null ? 0 : Math.min(1, Math.abs(value) / full);
    const direction = value === null || Math.abs(value) < REST_W ? 0 : value > 0 ? 1 : -1;
    return {
      id,
      power_w: value === null ? null : id === "solar" || id === "generator" ? value : Math.abs(value),
      direction,
      color: colorOf(id, direction),
      width: 3 + 9 * size ** 0.7,
      speed: 18 + 110 * size ** 0.6,
    };
  });
}

function colorOf(id: DeviceId, direction: number): FlowColor {
  if (id !== "grid") return id;
  return direction < 0 ? "export" : "import";
}

/** Where the power that flows into the house comes from, as parts of a circle; empty where that is not known. */
export function sourceShares(legs: readonly Leg[]): Share[] {
  const inflows = legs.filter((leg) => leg.direction > 0 && leg.power_w !== null && leg.power_w > 0);
  const total = inflows.reduce((sum, leg) => sum + (leg.power_w ?? Number.NaN), 0);
  let from = 0;
  return inflows.map((leg) => {
    const power_w = leg.power_w ?? Number.NaN;
    const share = { color: leg.color, power_w, from, to: from + power_w / total };
    from = share.to;
    return share;
  });
}

/** How much of what the house uses now does not come from the grid, in percent; null where that is not known. */
export function ownPower({ load_w, grid_w }: Power): Maybe<number> {
  if (load_w === null || grid_w === null || load_w <= REST_W) return null;
  return 100 * (1 - Math.min(1, Math.max(0, grid_w) / load_w));
}

/** Place house and devices in the width that there is. */
export function layoutFlow(width: number, devices: readonly DeviceId[]): FlowLayout {
  return width < NARROW ? layoutNarrow(width, devices) : layoutWide(width, devices);
}

/** Room for the words above the sun and below the other devices. */
const WORDS = 26;

/** Sun above, battery left, grid right, generator below; without battery and generator, the sun stands left. */
function layoutWide(width: number, devices: readonly DeviceId[]): FlowLayout {
  const r = 54;
  const big = 76;
  const line = 58;
  const middle = width / 2;
  const reach = Math.min(middle - r - 14, 330);
  const isRow = isPair(devices);
  const houseY = isRow ? 40 + big : WORDS + 2 * r + line + big;
  const house = { x: middle, y: houseY, r: big };
  const spots: Record<DeviceId, Point> = {
    solar: isRow ? { x: middle - reach, y: houseY } : { x: middle, y: WORDS + r },
    battery: { x: middle - reach, y: houseY },
    grid: { x: middle + reach, y: houseY },
    generator: { x: middle, y: houseY + big + line + r },
  };
  const below = devices.includes("generator") ? line + 2 * r + WORDS : isRow ? 40 : 12;
  return { width, height: houseY + big + below, house, devices: placeAll(devices, spots, r, house) };
}

/** Sun above the house; below it battery, generator and grid; sun and grid alone stand above it, left and right. */
function layoutNarrow(width: number, devices: readonly DeviceId[]): FlowLayout {
  const r = 43;
  const big = 60;
  const middle = width / 2;
  const side = r + 6;
  const isAbove = isPair(devices);
  const top = WORDS + r;
  const houseY = isAbove ? WORDS + 2 * r + 34 + big : WORDS + 2 * r + 46 + big;
  const low = houseY + big + 26 + r;
  const house = { x: middle, y: houseY, r: big };
  const spots: Record<DeviceId, Point> = {
    solar: { x: isAbove ? side : middle, y: top },
    battery: { x: side, y: low },
    grid: { x: width - side, y: isAbove ? top : low },
    generator: { x: middle, y: low },
  };
  const height = isAbove ? houseY + big + 10 : low + r + WORDS;
  return { width, height, house, devices: placeAll(devices, spots, r, house) };
}

function isPair(devices: readonly DeviceId[]): boolean {
  return devices.every((id) => id === "solar" || id === "grid");
}

function placeAll(
  devices: readonly DeviceId[],
  spots: Record<DeviceId, Point>,
  r: number,
  house: Circle,
): PlacedDevice[] {
  return devices.map((id) => place(id, { ...spots[id], r }, house));
}

/** Join device and house: straight where they are in line, else around one corner. */
function place(id: DeviceId, circle: Circle, house: Circle): PlacedDevice {
  const gap = 5;
  const isAboveHouse = circle.y < house.y - house.r;
  const dx = house.x - circle.x;
  const dy = house.y - circle.y;
  if (Math.abs(dx) < 1 || Math.abs(dy) < 1) {
    const length = Math.hypot(dx, dy);
    const unit = { x: dx / length, y: dy / length };
    const start = { x: circle.x + unit.x * (circle.r + gap), y: circle.y + unit.y * (circle.r + gap) };
    const end = { x: house.x - unit.x * (house.r + gap), y: house.y - unit.y * (house.r + gap) };
    const at = { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 };
    return { id, circle, path: `M${text(start)} L${text(end)}`, arrow: { at, angle: degrees(unit) }, isAboveHouse };
  }
  const start = { x: circle.x, y: circle.y + Math.sign(dy) * (circle.r + gap) };
  const end = { x: house.x - Math.sign(dx) * (house.r + gap), y: house.y };
  const corner = { x: circle.x, y: house.y };
  const at = { x: start.x / 4 + corner.x / 2 + end.x / 4, y: start.y / 4 + corner.y / 2 + end.y / 4 };
  const angle = degrees({ x: end.x - start.x, y: end.y - start.y });
  return { id, circle, path: `M${text(start)} Q${text(corner)} ${text(end)}`, arrow: { at, angle }, isAboveHouse };
}

function text({ x, y }: Point): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}

function degrees({ x, y }: Point): number {
  return (Math.atan2(y, x) * 180) / Math.PI;
}

/** Path data of an arc of a circle from and to parts of a turn, clockwise from the top; a whole turn is closed. */
export function arcPath({ x, y, r }: Circle, from: number, to: number): string {
  if (to - from > 0.999) {
    return `M${text({ x, y: y - r })} A${r} ${r} 0 0 1 ${text({ x, y: y + r })} A${r} ${r} 0 0 1 ${text({ x, y: y - r })}Z`;
  }
  const at = (turn: number): string => {
    const angle = (turn - 0.25) * 2 * Math.PI;
    return text({ x: x + r * Math.cos(angle), y: y + r * Math.sin(angle) });
  };
  return `M${at(from)} A${r} ${r} 0 ${to - from > 0.5 ? 1 : 0} 1 ${at(to)}`;
}
