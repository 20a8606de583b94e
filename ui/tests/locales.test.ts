import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
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

test("every text is used", () => {
  const folder = join(import.meta.dirname, "../src");
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.(ts|svelte)$/.test(name));
  const code = sources.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
  const built = [...code.matchAll(/`([a-z_]+\.)\$\{/g)].map(([, prefix]) => prefix!);
  const words = [...code.matchAll(/word\("([a-z_]+)"/g)].map(([, prefix]) => `${prefix}.`);
  const plurals = [...code.matchAll(/plural\("([a-z_.]+)"/g)].map(([, base]) => `${base}_`);
  const prefixes = [...built, ...words, ...plurals];
  const isUsed = (key: string): boolean => code.includes(`"${key}"`) || prefixes.some((prefix) => key.startsWith(prefix));
  expect(Object.keys(en).filter((key) => !isUsed(key))).toEqual([]);
});
