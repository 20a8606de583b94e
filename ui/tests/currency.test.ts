import { describe, expect, it } from "vitest";
import { currencyOf, currencyOfRegion, withCurrency } from "../src/pages/settings/currency";

const PRICES = "[import]\nprice_per_kwh = 0.30\n";

describe("the currency in a text of prices", () => {
  it.each([
    [`currency = "EUR"\n${PRICES}`, "EUR"],
    [`# mine\n  currency='gbp' # pounds\n\n${PRICES}`, "GBP"],
    [PRICES, null],
    [`# currency = "EUR"\n${PRICES}`, null],
    [`currency = ""\n${PRICES}`, null],
    [`${PRICES}currency = "EUR"\n`, null],
    ["", null],
  ])("%j", (text, currency) => {
    expect(currencyOf(text)).toBe(currency);
  });

  it("is put first, or in the place of another", () => {
    expect(withCurrency(PRICES, "SEK")).toBe(`currency = "SEK"\n${PRICES}`);
    expect(withCurrency(`tax_pct = 20\ncurrency = "EUR"  # old\n${PRICES}`, "SEK")).toBe(`tax_pct = 20\ncurrency = "SEK"\n${PRICES}`);
    expect(currencyOf(withCurrency(`${PRICES}currency = "EUR"\n`, "SEK"))).toBe("SEK");
  });
});

describe("the likely currency", () => {
  it.each([
    [["de-AT", "en-US"], "EUR"],
    [["en", "fr-CH"], "CHF"],
    [["en-GB"], "GBP"],
    [["zh-Hant-TW"], ""],
    [["en", "de"], ""],
    [[], ""],
  ])("%j", (languages, currency) => {
    expect(currencyOfRegion(languages)).toBe(currency);
  });
});
