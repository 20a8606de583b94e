import { expect, test } from "vitest";
import { freeName } from "../src/pages/setup/names";

test.each([
  [[], "home"],
  [["garage"], "home"],
  [["Home"], "gateway-2"],
  [["home", "Gateway-2"], "gateway-3"],
])("beside %j a new gateway is called %s", (taken, expected) => {
  expect(freeName(taken)).toBe(expected);
});
