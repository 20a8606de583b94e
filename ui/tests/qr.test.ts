import { expect, test } from "vitest";
import { drawCode } from "../src/pages/settings/qr";

const QUIET = 4;
/** ISO/IEC 18004: a ring of 7, a ring of light modules, a heart of 3. */
const isDarkInFinder = (x: number, y: number): boolean => Math.max(Math.abs(x - 3), Math.abs(y - 3)) !== 2;

test("a link becomes a code with its three finders and a quiet zone", () => {
  const { size, path } = drawCode("http://192.168.1.20:8400/#link=abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG");
  const dark = new Set([...path.matchAll(/M(\d+) (\d+)/g)].map(([, x, y]) => `${x} ${y}`));
  const modules = size - 2 * QUIET;
  expect((modules - 17) % 4).toBe(0);
  for (const [left, top] of [[0, 0], [modules - 7, 0], [0, modules - 7]] as const) {
    for (let x = 0; x < 7; x += 1) {
      for (let y = 0; y < 7; y += 1) {
        expect(dark.has(`${left + x + QUIET} ${top + y + QUIET}`)).toBe(isDarkInFinder(x, y));
      }
    }
  }
  for (const place of dark) expect(place.split(" ").every((part) => Number(part) >= QUIET && Number(part) < size - QUIET)).toBe(true);
});
