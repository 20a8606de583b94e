import { expect, test } from "vitest";

import { parseChanges } from "../src/pages/control/told";

test.each([
  ["battery.settings, reserve: 20 → 30: took effect.", [["reserve", 20, 30]]],
  ["production.limit, enabled: False → True, limit: None → 0: took effect.", [["enabled", false, true], ["limit", null, 0]]],
  ["battery.charge-from-grid, mode: self-consumption → savings: unchanged.", [["mode", "self-consumption", "savings"]]],
])("%s", (text, expected) => {
  expect(parseChanges(text)?.map(({ name, before, after }) => [name, before, after])).toEqual(expected);
});

test.each(["battery.settings, nothing to change: unchanged.", "8.2.4345 became 8.3.5169.", "generator.schedule, hours: a, b → c: sent."])(
  "%s is told as it is",
  (text) => {
    expect(parseChanges(text)).toBeNull();
  },
);
