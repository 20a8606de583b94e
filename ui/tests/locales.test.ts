import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const SRC = join(import.meta.dirname, "../src");
const LANGUAGES = ["de", "es", "fr", "nl"];
/** The common texts, and those of pages that are loaded by themselves. */
const FOLDERS = ["locales", ...readdirSync(join(SRC, "pages")).map((page) => `pages/${page}/texts`)].filter((folder) =>
  existsSync(join(SRC, folder, "en.json")),
);
const read = (folder: string, language: string): Record<string, string> =>
  JSON.parse(readFileSync(join(SRC, folder, `${language}.json`), "utf8")) as Record<string, string>;
const CASES = FOLDERS.flatMap((folder) => LANGUAGES.map((language) => [folder, language] as const));
const holes = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort();

test.each(CASES)("%s: %s has the texts of English, with the same holes", (folder, language) => {
  const [en, texts] = [read(folder, "en"), read(folder, language)];
  expect(Object.keys(texts)).toEqual(Object.keys(en));
  for (const [key, text] of Object.entries(en)) expect([key, holes(texts[key]!)]).toEqual([key, holes(text)]);
});

test.each(CASES)("%s: %s is translated", (folder, language) => {
  const [en, texts] = [read(folder, "en"), read(folder, language)];
  const same = Object.entries(en).filter(([key, text]) => text.length > 24 && texts[key] === text);
  expect(same).toEqual([]);
});

test.each(FOLDERS)("%s: every text is used", (texts) => {
  const folder = texts === "locales" ? SRC : join(SRC, texts, "..");
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.(ts|svelte)$/.test(name));
  const code = sources.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
  const built = [...code.matchAll(/`([a-z_]+\.)\$\{/g)].map(([, prefix]) => prefix!);
  const words = [...code.matchAll(/word\("([a-z_]+)"/g)].map(([, prefix]) => `${prefix}.`);
  const plurals = [...code.matchAll(/plural\("([a-z_.]+)"/g)].map(([, base]) => `${base}_`);
  const prefixes = [...built, ...words, ...plurals];
  const isUsed = (key: string): boolean => code.includes(`"${key}"`) || prefixes.some((prefix) => key.startsWith(prefix));
  expect(Object.keys(read(texts, "en")).filter((key) => !isUsed(key))).toEqual([]);
});
