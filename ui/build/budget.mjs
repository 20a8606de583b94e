// Builds beside the tree and fails when script and style of the first page exceed the budget, compressed.
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";

const BUDGET_BYTES = 150_000;
/** What the page begins with, by the name of its chunk. */
const FIRST = "shell";
/** The first page loads it as soon as its first view stands. */
const LATER = "src/cards/later.ts";

const output = mkdtempSync(join(tmpdir(), "openvoy-budget-"));
try {
  process.env["OPENVOY_UI_OUT"] = output;
  process.env["OPENVOY_UI_MANIFEST"] = "1";
  await build({ logLevel: "warn" });
  const manifest = JSON.parse(readFileSync(join(output, ".vite/manifest.json"), "utf8"));
  const size = (file) => statSync(join(output, `${file}.gz`)).size;
  /** A chunk, what it imports at once, and its style. */
  const filesOf = (key, seen = new Set()) => {
    if (seen.has(key)) return [];
    seen.add(key);
    const { file, css = [], imports = [] } = manifest[key];
    return [file, ...css, ...imports.flatMap((next) => filesOf(next, seen))];
  };
  const entry = Object.keys(manifest).find((key) => manifest[key].name === FIRST && manifest[key].file.endsWith(".js"));
  const languages = Object.keys(manifest).filter((key) => /^src\/locales\/\w+\.json$/.test(key));
  const largest = languages.map((key) => manifest[key].file).sort((left, right) => size(right) - size(left))[0];
  const first = [...new Set([...filesOf(entry), ...filesOf(LATER)]), largest];
  const total = first.reduce((sum, file) => sum + size(file), 0);
  const files = Object.values(manifest).flatMap(({ file, css = [] }) => [file, ...css]);
  const later = [...new Set(files)].filter((file) => /\.(js|css)$/.test(file) && !first.includes(file));
  for (const file of first) console.log(`${String(size(file)).padStart(8)}  ${file}`);
  console.log(`${String(total).padStart(8)}  script and style of the first page with its largest language; ${BUDGET_BYTES} are allowed`);
  for (const file of later) console.log(`${String(size(file)).padStart(8)}  ${file}, loaded later`);
  if (first.length < 3 || total > BUDGET_BYTES) {
    console.error("budget: too much script and style for the first page; split or drop something.");
    process.exitCode = 1;
  }
} finally {
  rmSync(output, { recursive: true, force: true });
}
