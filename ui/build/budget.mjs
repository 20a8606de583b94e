// Fails when script and style of the first page exceed the budget, compressed.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const BUDGET_BYTES = 150_000;
const output = process.env["OPENVOY_UI_OUT"] ?? fileURLToPath(new URL("../../src/openvoy/web/static", import.meta.url));

if (!existsSync(join(output, "index.html"))) {
  console.error(`budget: ${output} holds no dashboard; run "npm run build" first.`);
  process.exit(2);
}

const sizes = readdirSync(output, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(js|css)\.gz$/.test(name))
  .map((name) => ({ name, bytes: statSync(join(output, name)).size }))
  .sort((left, right) => right.bytes - left.bytes);
const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);

for (const { name, bytes } of sizes) console.log(`${String(bytes).padStart(8)}  ${name}`);
console.log(`${String(total).padStart(8)}  script and style, all languages, of ${BUDGET_BYTES} allowed`);
if (sizes.length === 0 || total > BUDGET_BYTES) {
  console.error("budget: too much script and style for the first page; split or drop something.");
  process.exit(1);
}
