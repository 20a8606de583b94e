/** Where panels lie on the roof. Lengths count in widths of a panel. */

export interface Place {
  serial: string;
  /** Of its middle, to the right and downwards. */
  x: number;
  y: number;
  /** Clockwise; 0 stands upright. */
  turn_deg: number;
  /** Empty is none. */
  group: string;
}

export interface Layout {
  panels: Place[];
  groups: string[];
}

/** Height of a panel in its widths. */
export const HEIGHT = 1.6;
export const GAP = 0.1;
export const STEP = 0.25;
export const FARTHEST = 500;

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The layout with all panels of a gateway: those that nobody laid out yet stand in rows below the others, `aspect` times as many as rows. */
export function complete(layout: Layout, serials: readonly string[], aspect = 2.2): Layout {
  const placed = layout.panels.filter(({ serial }) => serials.includes(serial));
  const missing = serials.filter((serial) => !placed.some((place) => place.serial === serial));
  const columns = Math.max(1, Math.ceil(Math.sqrt(missing.length * aspect)));
  const box = placed.length > 0 ? boundsOf(placed) : { x: 0, y: 0, width: 0, height: 0 };
  const top = placed.length > 0 ? box.y + box.height + GAP : 0;
  const added = missing.map((serial, index) => ({
    serial,
    x: box.x + 0.5 + (index % columns) * (1 + GAP),
    y: top + HEIGHT / 2 + Math.floor(index / columns) * (HEIGHT + GAP),
    turn_deg: 0,
    group: "",
  }));
  return { groups: layout.groups, panels: [...placed, ...added] };
}

/** The smallest box around all panels, as they are turned. */
export function boundsOf(places: readonly Place[]): Box {
  const corners = places.flatMap(({ x, y, turn_deg }) => {
    const turn = (turn_deg * Math.PI) / 180;
    const [cos, sin] = [Math.abs(Math.cos(turn)), Math.abs(Math.sin(turn))];
    const [half, tall] = [(cos + sin * HEIGHT) / 2, (sin + cos * HEIGHT) / 2];
    return [
      [x - half, y - tall],
      [x + half, y + tall],
    ] as const;
  });
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return { x: left, y: top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
}

/** Move the chosen panels together, onto the grid that helps to line them up. */
export function moved(layout: Layout, chosen: ReadonlySet<string>, dx: number, dy: number): Layout {
  return change(layout, chosen, (place) => ({ ...place, x: held(place.x + dx), y: held(place.y + dy) }));
}

/** Snap what was dragged freely. */
export function snapped(value: number): number {
  return Math.round(value / STEP) * STEP;
}

/** Turn the chosen panels as one around their middle, clockwise. */
export function turned(layout: Layout, chosen: ReadonlySet<string>, by_deg: number): Layout {
  const places = layout.panels.filter(({ serial }) => chosen.has(serial));
  if (places.length === 0) return layout;
  const [x, y] = [mean(places.map((place) => place.x)), mean(places.map((place) => place.y))];
  const turn = (by_deg * Math.PI) / 180;
  return change(layout, chosen, (place) => ({
    ...place,
    x: held(x + (place.x - x) * Math.cos(turn) - (place.y - y) * Math.sin(turn)),
    y: held(y + (place.x - x) * Math.sin(turn) + (place.y - y) * Math.cos(turn)),
    turn_deg: (((place.turn_deg + by_deg) % 360) + 360) % 360,
  }));
}

/** Put the chosen panels in a group; groups without panels are dropped. */
export function grouped(layout: Layout, chosen: ReadonlySet<string>, name: string): Layout {
  const group = name.trim();
  const { panels } = change(layout, chosen, (place) => ({ ...place, group }));
  const groups = [...new Set([...layout.groups, group])].filter((each) => each !== "" && panels.some((place) => place.group === each));
  return { groups, panels };
}

function change(layout: Layout, chosen: ReadonlySet<string>, how: (place: Place) => Place): Layout {
  return { ...layout, panels: layout.panels.map((place) => (chosen.has(place.serial) ? how(place) : place)) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function held(value: number): number {
  return Math.round(Math.min(FARTHEST, Math.max(-FARTHEST, value)) * 1000) / 1000;
}

/** The nearest panel in a direction, for arrow keys. */
export function neighbour(places: readonly Place[], from: string, dx: number, dy: number): string {
  const start = places.find(({ serial }) => serial === from);
  if (start === undefined) return places[0]?.serial ?? from;
  let best = from;
  let least = Number.POSITIVE_INFINITY;
  for (const { serial, x, y } of places) {
    const along = (x - start.x) * dx + (y - start.y) * dy;
    const across = Math.abs((x - start.x) * dy) + Math.abs((y - start.y) * dx);
    if (along <= 0.05 || across > along * 2) continue;
    if (along + 2 * across < least) [best, least] = [serial, along + 2 * across];
  }
  return best;
}
