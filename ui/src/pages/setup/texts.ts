import { Texts } from "../../lib/i18n.svelte";
import en from "./texts/en.json";

export const texts = new Texts(en, {
  de: () => import("./texts/de.json"),
  es: () => import("./texts/es.json"),
  fr: () => import("./texts/fr.json"),
  nl: () => import("./texts/nl.json"),
});
export const { t, plural } = texts;
