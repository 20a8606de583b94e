import { expect, test } from "vitest";
import de from "../src/locales/de.json";
import en from "../src/locales/en.json";
import fr from "../src/locales/fr.json";

const others: Record<string, Record<string, string>> = { de, fr };
const holes = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort();

test.each(Object.keys(others))("%s has the texts of English, with the same holes", (language) => {
  const texts = others[language]!;
  expect(Object.keys(texts)).toEqual(Object.keys(en));
  for (const [key, text] of Object.entries(en)) expect([key, holes(texts[key]!)]).toEqual([key, holes(text)]);
});

test.each(Object.keys(others))("%s is translated", (language) => {
  const same = Object.entries(en).filter(([key, text]) => text.length > 24 && others[language]![key] === text);
  expect(same).toEqual([]);
});
