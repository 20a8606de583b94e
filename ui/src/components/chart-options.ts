/** The plot's settings; the only file besides the component that knows uPlot. */

import type uPlot from "uplot";
import type { Format } from "../lib/format";
import { SERIES } from "../lib/series";
import { hourTicks, minuteTicks, type Span } from "../lib/time";
import { SERIES_STYLE } from "./chart-style";

export type Colors = Record<string, string>;

interface Wanted {
  span: () => Span;
  /** A whole day, or the last minutes, whose heights keep still while values change. */
  isDay: boolean;
  timeZone: string;
  format: Format;
  colors: Colors;
  now: () => number | null;
  oncursor: (index: number | null) => void;
}

const ROUND = [1, 1.5, 2, 3, 5, 7];

type Options = Omit<uPlot.Options, "width" | "height">;

export function buildOptions({ span, isDay, timeZone, format, colors, now, oncursor }: Wanted): Options {
  const font = `12px ${getComputedStyle(document.documentElement).fontFamily}`;
  const axis = { font, stroke: colors["muted"]!, grid: { stroke: colors["line"]!, width: 1 }, ticks: { show: false } };
  return {
    padding: [10, 22, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: { x: { time: false, range: () => [span().start_s, span().end_s] }, y: { range: isDay ? roundRange : calmRange } },
    axes: [
      {
        ...axis,
        size: 30,
        splits: (self) =>
          isDay ? hourTicks(span(), timeZone, self.width < 520 ? 6 : self.width < 1100 ? 3 : 2) : minuteTicks(span(), self.width < 520 ? 5 : 3),
        values: (_, splits) => splits.map((at) => (isDay ? format.hourTick(at * 1000) : format.clock(at * 1000))),
      },
      { ...axis, size: axisWidth, values: (_, splits) => splits.map((value) => format.powerTick(value)) },
    ],
    series: [
      {},
      ...SERIES.map((name): uPlot.Series => {
        const { color, width, dash, isFilled } = SERIES_STYLE[name];
        const fill = isFilled ? { fill: colors[`${color}-soft`]! } : {};
        const stroke = name === "grid_w" ? (self: uPlot) => bySign(self, colors) : colors[color]!;
        return { stroke, width, dash, spanGaps: false, points: { show: false }, ...fill };
      }),
    ],
    hooks: {
      drawAxes: [(self) => drawMarks(self, colors, now())],
      setCursor: [(self) => oncursor(self.cursor.idx ?? null)],
    },
  };
}

/** Include zero, and leave an empty chart a kilowatt of height. */
function roundRange(_: uPlot, low: number | null, high: number | null): [number, number] {
  const top = Math.max(high ?? 0, 0);
  const bottom = Math.min(low ?? 0, 0);
  const pad = (top - bottom) * 0.06;
  if (top - bottom < 50) return [Math.min(bottom, 0), 1000];
  return [bottom < 0 ? bottom - pad : 0, top > 0 ? top + pad : 0];
}

/** Ends at a round number, so that a chart that is drawn every few seconds rarely changes its height. */
function calmRange(_: uPlot, low: number | null, high: number | null): [number, number] {
  return [-roundUp(-Math.min(low ?? 0, 0)), Math.max(500, roundUp(Math.max(high ?? 0, 0)))];
}

/** The next of 1, 1.5, 2, 3, 5, 7 and 10 times a power of ten; 0 stays. */
export function roundUp(value: number): number {
  if (value <= 0) return 0;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (ROUND.find((each) => each * power >= value) ?? 10);
}

/** As wide as the widest label. */
function axisWidth(self: uPlot, values: string[] | null): number {
  if (values === null || values.length === 0) return 56;
  self.ctx.save();
  self.ctx.font = (self.axes[1]?.font as unknown as [string] | undefined)?.[0] ?? "12px sans-serif";
  const widest = Math.max(...values.map((value) => self.ctx.measureText(value).width)) / devicePixelRatio;
  self.ctx.restore();
  return Math.ceil(widest) + 14;
}

/** Import above zero, export below. */
function bySign(self: uPlot, colors: Colors): CanvasGradient | string {
  const { top, height } = self.bbox;
  const zero = (self.valToPos(0, "y", true) - top) / height;
  if (!Number.isFinite(zero)) return colors["import"]!;
  const at = Math.min(1, Math.max(0, zero));
  const gradient = self.ctx.createLinearGradient(0, top, 0, top + height);
  gradient.addColorStop(at, colors["import"]!);
  gradient.addColorStop(at, colors["export"]!);
  return gradient;
}

/** The zero line and the present. */
function drawMarks(self: uPlot, colors: Colors, now_s: number | null): void {
  const { ctx, bbox } = self;
  const line = (from: [number, number], to: [number, number]): void => {
    ctx.beginPath();
    ctx.moveTo(...from);
    ctx.lineTo(...to);
    ctx.stroke();
  };
  ctx.save();
  ctx.strokeStyle = colors["muted"]!;
  ctx.lineWidth = devicePixelRatio;
  const zero = Math.round(self.valToPos(0, "y", true)) + 0.5;
  line([bbox.left, zero], [bbox.left + bbox.width, zero]);
  if (now_s !== null) {
    ctx.setLineDash([2 * devicePixelRatio, 4 * devicePixelRatio]);
    const x = Math.round(self.valToPos(now_s, "x", true)) + 0.5;
    line([x, bbox.top], [x, bbox.top + bbox.height]);
  }
  ctx.restore();
}
