/** A text as a code that cameras read. The only file that names uqr; loaded when one is shown. */

import { encode } from "uqr";

const QUIET = 4;

export interface Drawing {
  /** Modules a side, the quiet zone included. */
  size: number;
  /** The dark modules as one SVG path, a module is 1. */
  path: string;
}

export function drawCode(text: string): Drawing {
  const { data, size } = encode(text, { ecc: "M", border: QUIET });
  const path = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : []))).join("");
  return { size, path };
}
