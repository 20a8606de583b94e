/** The currency in a text of prices, and the one that is likely where a reader lives. */

import type { Maybe } from "../../api/types";

/** Regions by their currency (ISO 3166 and 4217), where solar panels of this kind are sold. */
const REGIONS: Record<string, string> = {
  EUR: "AD AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MC MT NL PT SI SK SM VA",
  AUD: "AU", BRL: "BR", CAD: "CA", CHF: "CH LI", COP: "CO", CZK: "CZ", DKK: "DK GL", GBP: "GB GG IM JE", HUF: "HU",
  INR: "IN", JPY: "JP", MXN: "MX", NOK: "NO", NZD: "NZ", PHP: "PH", PLN: "PL", RON: "RO", SEK: "SE", THB: "TH",
  USD: "US PR VI GU EC SV", ZAR: "ZA",
};
const TABLE = /^[ \t]*\[/m;
const LINE = /^[ \t]*currency[ \t]*=[ \t]*(["'])(.*?)\1[^\n]*$/m;

/** What stands before the first table, where the currency belongs. */
const headOf = (text: string): string => text.slice(0, TABLE.exec(text)?.index ?? text.length);

/** Null where the text names none. */
export const currencyOf = (text: string): Maybe<string> => LINE.exec(headOf(text))?.[2]?.toUpperCase() || null;

/** The text with this currency; all else in it stays. */
export function withCurrency(text: string, currency: string): string {
  const head = headOf(text);
  const line = `currency = "${currency}"`;
  return LINE.test(head) ? head.replace(LINE, line) + text.slice(head.length) : `${line}\n${text}`;
}

/** Of the first of a reader’s languages that names a region; empty where none does, or where it is not known. */
export function currencyOfRegion(languages: readonly string[]): string {
  const region = languages.map((tag) => /[-_]([A-Z]{2})\b/.exec(tag)?.[1]).find((one) => one !== undefined);
  return Object.keys(REGIONS).find((currency) => region !== undefined && REGIONS[currency]!.split(" ").includes(region)) ?? "";
}
