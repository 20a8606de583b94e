/** Sentences of the service in the language of the page; each language is loaded when it is wanted. */

import english from "../sentences/en.json";
import { buildFormat } from "./format";
import { language, locale, t } from "./i18n.svelte";
import type { Language } from "./languages";
import { choices } from "./preferences.svelte";
import { buildTranslation, NO_ANSWER, reword, translate, type Translation } from "./sentences";

type Table = Record<string, string>;

const LOADERS: Record<Exclude<Language, "en">, () => Promise<{ default: Table }>> = {
  de: () => import("../sentences/de.json"),
  es: () => import("../sentences/es.json"),
  fr: () => import("../sentences/fr.json"),
  nl: () => import("../sentences/nl.json"),
};
let loaded = $state.raw<Partial<Record<Language, Translation>>>({});
const asked = new Set<Language>();

function translationOf(wanted: Language): Translation | undefined {
  if (wanted !== "en" && !asked.has(wanted)) {
    asked.add(wanted);
    LOADERS[wanted]().then(
      ({ default: table }) => (loaded = { ...loaded, [wanted]: buildTranslation(table) }),
      () => asked.delete(wanted),
    );
  }
  return loaded[wanted];
}

/** A moment of the service, "2026-11-30 22:43 UTC", or with its seconds, which nobody sets a clock by. */
const MOMENT = /(\d{4}-\d\d-\d\d) (\d\d:\d\d)(?::\d\d)? UTC/g;

/** The site's, as everywhere on the page, once it is known. */
let told = $state<string | null>(null);

export function tellZone(timeZone: string | null): void {
  told = timeZone;
}

/** Where moments of the service are told that no page of the site belongs to. */
export const toldZone = (): string => told ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

function withMoments(text: string): string {
  if (!text.includes(" UTC")) return text;
  const format = buildFormat(locale(), toldZone(), choices());
  return text.replace(MOMENT, (_, date: string, time: string) => format.moment(Date.parse(`${date}T${time}Z`)));
}

/** Say in the language of the page, and with its dates, what the service said; English until the translation has arrived. */
export const said = (text: string): string => withMoments(inLanguage(text));

function inLanguage(text: string): string {
  if (text === NO_ANSWER) return t("band.lost");
  if (language() === "en") return reword(text, english);
  const translation = translationOf(language());
  return translation === undefined || text === "" ? text : (translate(text, translation) ?? text);
}
