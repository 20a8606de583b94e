/** Texts of the chosen language; English is built in, the others are loaded when they are wanted. */

import en from "../locales/en.json";
import { baseOf, chooseLanguage, fill, type Language } from "./languages";

export type Key = keyof typeof en;
type Texts = Record<Key, string>;

const LOADERS: Record<Exclude<Language, "en">, () => Promise<{ default: Texts }>> = {
  de: () => import("../locales/de.json"),
  fr: () => import("../locales/fr.json"),
};
const STORED = "openvoy.language";

let texts = $state.raw<Texts>(en);
let current = $state<Language>("en");

/** The text of a key, with `{name}` replaced. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return fill(texts[key] ?? en[key], values);
}

/** A text that exists as `…_one` and `…_other`. */
export function plural(base: string, count: number, values: Record<string, string | number> = {}): string {
  const one = new Intl.PluralRules(current).select(count) === "one";
  return t(`${base}_${one ? "one" : "other"}` as Key, { count, ...values });
}

/** The text of a word that the gateway may use, or the word itself. */
export function word(prefix: string, value: string): string {
  const key = `${prefix}.${value}`;
  return key in en ? t(key as Key) : value;
}

export function language(): Language {
  return current;
}

/** The browser's variant of the language (en-GB, fr-CH), which decides how dates and numbers look. */
export function locale(): string {
  const wanted = typeof navigator === "undefined" ? [] : navigator.languages;
  return wanted.find((tag) => baseOf(tag) === current) ?? current;
}

/** Change the language; English stays where a language cannot be loaded. */
export async function setLanguage(next: Language, remember = true): Promise<void> {
  if (remember) localStorage.setItem(STORED, next);
  texts = next === "en" ? en : (await LOADERS[next]()).default;
  current = next;
  document.documentElement.lang = next;
}

export async function startLanguage(): Promise<void> {
  const next = chooseLanguage(localStorage.getItem(STORED), navigator.languages);
  await setLanguage(next, false).catch(() => setLanguage("en", false));
}
