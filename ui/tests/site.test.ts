import { expect, test } from "vitest";
import { fieldOf } from "../src/pages/settings/site";

test.each([
  ["latitude is 95, which is out of bounds.", "latitude"],
  ["There is no time zone 'Mars/Base'.", "time_zone"],
  ["'a/b' cannot be a name.", "name"],
  ["Of latitude and longitude only one is given.", null],
  ["openvoy.toml has been changed meanwhile, so nothing was saved.", null],
])("%s", (message, expected) => {
  expect(fieldOf(message)).toBe(expected);
});
