/** Panels that lie on one another, and where there is room for them. */

import { GAP, HEIGHT, moved, snapped, STEP, type Layout, type Place } from "./array";

/** Frames may touch. */
const TOUCH = 0.02;
/** So near beside another panel a dragged one falls in line with it. */
const NEAR = 0.3;
/** So near the middle of another panel the two are meant to change places. */
const ONTO = 0.45;
/** Room is looked for so far around; beside all the others there is always some. */
const AROUND = 24;

type Vector = readonly [number, number];

const axesOf = ({ turn_deg }: Place): [Vector, Vector] => {
  const turn = (turn_deg * Math.PI) / 180;
  return [
    [Math.cos(turn), Math.sin(turn)],
    [-Math.sin(turn), Math.cos(turn)],
  ];
};

const dot = ([ax, ay]: Vector, [bx, by]: Vector): number => ax * bx + ay * by;

/** How far a panel reaches from its middle along an axis. */
function reach(place: Place, axis: Vector): number {
  const [across, along] = axesOf(place);
  return (Math.abs(dot(across, axis)) + Math.abs(dot(along, axis)) * HEIGHT) / 2 - TOUCH / 2;
}

/** Farther than their diagonals nothing touches. */
const isNear = (one: Place, other: Place, [dx, dy]: Vector): boolean => (other.x - one.x - dx) ** 2 + (other.y - one.y - dy) ** 2 < 1 + HEIGHT ** 2;

/** Two rectangles lie apart where an edge of one has them on different sides. */
export function isOn(one: Place, other: Place): boolean {
  const apart: Vector = [other.x - one.x, other.y - one.y];
  if (!isNear(one, other, [0, 0])) return false;
  return [...axesOf(one), ...axesOf(other)].every((axis) => Math.abs(dot(apart, axis)) < reach(one, axis) + reach(other, axis));
}

const split = ({ panels }: Layout, chosen: ReadonlySet<string>): [Place[], Place[]] => [
  panels.filter(({ serial }) => chosen.has(serial)),
  panels.filter(({ serial }) => !chosen.has(serial)),
];

/** Those that lie on another. */
export function stacked({ panels }: Layout): Set<string> {
  const found = panels.flatMap((one, index) => panels.slice(index + 1).flatMap((other) => (isOn(one, other) ? [one.serial, other.serial] : [])));
  return new Set(found);
}

const shifted = (place: Place, [dx, dy]: Vector): Place => ({ ...place, x: place.x + dx, y: place.y + dy });

/** Whether the chosen panels, so far from where they are, lie on none of the others. */
const isFree = (chosen: readonly Place[], others: readonly Place[], by: Vector): boolean =>
  chosen.every((place) => others.every((other) => !isNear(place, other, by) || !isOn(shifted(place, by), other)));

/** What it takes that a panel stands in line beside another one that is turned alike. */
function beside(place: Place, others: readonly Place[]): Vector[] {
  const alike = others.filter(({ turn_deg }) => (turn_deg - place.turn_deg) % 180 === 0);
  const [across, along] = axesOf(place);
  const steps = [-1, 0, 1].flatMap((right) => [-1, 0, 1].map((down): Vector => [right * (1 + GAP), down * (HEIGHT + GAP)]));
  return alike.flatMap((other) =>
    steps.map(([right, down]): Vector => [other.x - place.x + right * across[0] + down * along[0], other.y - place.y + right * across[1] + down * along[1]]),
  );
}

/** In rows most ways into line are the same. */
const once = (vectors: readonly Vector[]): Vector[] => [...new Map(vectors.map((one) => [Math.round(one[0] * 100) * 1e6 + Math.round(one[1] * 100), one])).values()];

const far = (one: Vector, other: Vector = [0, 0]): number => Math.hypot(one[0] - other[0], one[1] - other[1]);

const nearest = (vectors: readonly Vector[], to: Vector = [0, 0]): Vector[] => [...vectors].sort((left, right) => far(left, to) - far(right, to));

/** Where what is dragged shows itself: in line beside a panel that is near, else on the grid. */
export function dragged(from: Layout, chosen: ReadonlySet<string>, lead: string, by: Vector): Layout {
  const [places, others] = split(from, chosen);
  const first = places.find(({ serial }) => serial === lead);
  const line = first === undefined ? [] : nearest(beside(first, others), by).slice(0, 1);
  const [inLine] = line.filter((one) => far(one, by) < NEAR && isFree(places, others, one));
  return moved(from, chosen, ...(inLine ?? ([snapped(by[0]), snapped(by[1])] as const)));
}

/** Beside the others, as near as there is room, where the chosen panels lie on one. */
export function landed(layout: Layout, chosen: ReadonlySet<string>): Layout {
  const [places, others] = split(layout, chosen);
  if (isFree(places, others, [0, 0])) return layout;
  const grid = Array.from({ length: 2 * AROUND + 1 }, (_, index) => (index - AROUND) * STEP);
  const around = grid.flatMap((dx) => grid.map((dy): Vector => [dx, dy]));
  const free = nearest(around).find((by) => isFree(places, others, by));
  const lines = places.flatMap((place) => beside(place, others)).filter((by) => free === undefined || far(by) < far(free) + NEAR);
  const room = nearest(once(lines)).find((by) => isFree(places, others, by)) ?? free;
  return room === undefined ? layout : moved(layout, chosen, ...room);
}

/** What was dragged is let go: one panel changes places with the one that it lies upon, others lie down beside. */
export function dropped(from: Layout, layout: Layout, chosen: ReadonlySet<string>): Layout {
  const [places, others] = split(layout, chosen);
  const [only] = places;
  const under = only === undefined || places.length > 1 ? undefined : others.find(({ x, y }) => Math.hypot(x - only.x, y - only.y) < ONTO);
  return only === undefined || under === undefined ? landed(layout, chosen) : exchanged(from, only.serial, under.serial);
}

function exchanged(layout: Layout, one: string, other: string): Layout {
  const named = (serial: string): string => (serial === one ? other : serial === other ? one : serial);
  return { ...layout, panels: layout.panels.map((place) => ({ ...place, serial: named(place.serial) })) };
}

/** A step in a direction: as far as it takes to lie on no other panel, and into line where one is in the way. */
export function stepped(layout: Layout, chosen: ReadonlySet<string>, [right, down]: Vector): Layout {
  const [places, others] = split(layout, chosen);
  const by = (steps: number): Vector => [right * steps * STEP, down * steps * STEP];
  const ahead = ([dx, dy]: Vector): number => dx * right + dy * down;
  const isAside = ([dx, dy]: Vector): boolean => Math.abs(dx * down) + Math.abs(dy * right) <= STEP / 2;
  const lines = places.slice(0, 1).flatMap((place) => beside(place, others)).filter((one) => ahead(one) > TOUCH && isAside(one));
  const free = Array.from({ length: 8 * AROUND }, (_, index) => by(index + 1)).find((one) => isFree(places, others, one));
  const near = lines.filter((one) => free === undefined || ahead(one) < ahead(free) + STEP);
  const room = nearest(near).find((one) => isFree(places, others, one)) ?? free;
  return room === undefined ? layout : moved(layout, chosen, ...room);
}
