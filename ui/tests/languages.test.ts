import { expect, test } from "vitest";
import { chooseLanguage, fill } from "../src/lib/languages";

test.each([
  [null, ["fr-CH", "de"], "fr"],
  ["de", ["fr-CH"], "de"],
  [null, ["ja", "de-AT"], "de"],
  ["xx", ["ja"], "en"],
  [null, [], "en"],
])("stored %o, wanted %o: %s", (stored, wanted, language) => expect(chooseLanguage(stored, wanted)).toBe(language));

test("texts are filled, and a forgotten value is visible", () => {
  expect(fill("{a} of {b}", { a: 0 })).toBe("0 of {b}");
});
