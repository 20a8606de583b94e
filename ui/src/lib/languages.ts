/** The languages of the dashboard, and which of them a person wants. */

export const LANGUAGES = { en: "English", de: "Deutsch", es: "Español", fr: "Français", nl: "Nederlands" } as const;
export type Language = keyof typeof LANGUAGES;

/** The chosen language if it exists, else the first of the browser's wishes that does. */
export function chooseLanguage(stored: string | null, wanted: readonly string[]): Language {
  const found = [...(stored === null ? [] : [stored]), ...wanted].map(baseOf).find((base) => base in LANGUAGES);
  return (found as Language | undefined) ?? "en";
}

/** `fr` of `fr-CH`. */
export function baseOf(tag: string): string {
  return tag.toLowerCase().split("-")[0] ?? tag;
}

/** Put values in the place of `{name}`; what has no value stays visible. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
