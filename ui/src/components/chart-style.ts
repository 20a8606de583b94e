/** How each series is drawn: by colour, and by width, dash and area for eyes that do not tell colours apart. */

import type { SeriesName } from "../lib/series";

export interface SeriesStyle {
  /** Name of the custom properties of its colour. */
  color: string;
  width: number;
  dash: number[];
  isFilled: boolean;
}

export const SERIES_STYLE: Record<SeriesName, SeriesStyle> = {
  solar_w: { color: "solar", width: 1.5, dash: [], isFilled: true },
  load_w: { color: "load", width: 2.4, dash: [], isFilled: false },
  grid_w: { color: "import", width: 1.8, dash: [7, 4], isFilled: false },
  battery_w: { color: "battery", width: 2, dash: [2, 3], isFilled: false },
  generator_w: { color: "generator", width: 2, dash: [9, 3, 2, 3], isFilled: false },
};
