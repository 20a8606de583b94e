/** Texts of the chosen language; English is built in, the others are loaded when they are wanted. */

import en from "../locales/en.json";
import { baseOf, chooseLanguage, fill, type Language } from "./languages";

type Other = Exclude<Language, "en">;
type Values = Record<string, string | number>;
type Table = Record<string, string>;
type Loaders = Record<Other, () => Promise<{ default: Table }>>;

const STORED = "openvoy.language";

let current = $state<Language>("en");

/** The texts of the whole page, or of one of its parts that is loaded by itself. */
export class Texts<Key extends string> {
  static #all = new Set<Texts<string>>();
  #en: Record<Key, string>;
  #loaders: Loaders;
  #shown = $state.raw<Partial<Table>>({});
  #language: Language = "en";
  /** Settles once the texts are those of the language. */
  ready: Promise<void>;

  constructor(english: Record<Key, string>, loaders: Loaders) {
    this.#en = english;
    this.#loaders = loaders;
    Texts.#all.add(this as unknown as Texts<string>);
    this.ready = this.#load(current).catch(() => undefined);
  }

  /** The text of a key, with `{name}` replaced. */
  t = (key: Key, values: Values = {}): string => fill(this.#shown[key] ?? this.#en[key], values);

  /** A text that exists as `…_one` and `…_other`. */
  plural = (base: string, count: number, values: Values = {}): string => {
    const one = new Intl.PluralRules(current).select(count) === "one";
    return this.t(`${base}_${one ? "one" : "other"}` as Key, { count, ...values });
  };

  /** The text of a word that the gateway may use, or the word itself. */
  word = (prefix: string, value: string): string => {
    const key = `${prefix}.${value}`;
    return key in this.#en ? this.t(key as Key) : value;
  };

  async #load(next: Language): Promise<void> {
    this.#language = next;
    const shown = next === "en" ? {} : (await this.#loaders[next]()).default;
    if (this.#language === next) this.#shown = shown;
  }

  static async loadAll(next: Language): Promise<void> {
    await Promise.all([...Texts.#all].map((texts) => texts.#load(next)));
  }
}

const COMMON = new Texts<keyof typeof en>(en, {
  de: () => import("../locales/de.json"),
  es: () => import("../locales/es.json"),
  fr: () => import("../locales/fr.json"),
  nl: () => import("../locales/nl.json"),
});

export type Key = keyof typeof en;
export const { t, plural, word } = COMMON;

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
  await Texts.loadAll(next);
  current = next;
  document.documentElement.lang = next;
}

export async function startLanguage(): Promise<void> {
  const next = chooseLanguage(localStorage.getItem(STORED), navigator.languages);
  await setLanguage(next, false).catch(() => setLanguage("en", false));
}
