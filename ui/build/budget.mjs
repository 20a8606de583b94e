// Builds beside the tree and fails when script and style of the first page exceed the budget, compressed.
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";

const BUDGET_BYTES = 150_000;

const output = mkdtempSync(join(tmpdir(), "openvoy-budget-"));
try {
  process.env["OPENVOY_UI_OUT"] = output;
  await build({ logLevel: "warn" });
  const sizes = readdirSync(output, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(js|css)\.gz$/.test(name))
    .map((name) => ({ name, bytes: statSync(join(output, name)).size }))
    .sort((left, right) => right.bytes - left.bytes);
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { name, bytes } of sizes) console.log(`${String(bytes).padStart(8)}  ${name}`);
  console.log(`${String(total).padStart(8)}  script and style with all languages; ${BUDGET_BYTES} are allowed`);
  if (sizes.length === 0 || total > BUDGET_BYTES) {
    console.error("budget: too much script and style for the first page; split or drop something.");
    process.exitCode = 1;
  }
} finally {
  rmSync(output, { recursive: true, force: true });
}
