import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "vite";

const SOURCE = "src/offline/worker.ts";
/** Browsers know a service worker by its address, so that its name stays. */
const NAME = "worker.js";
const PUBLIC = "public";
const PUBLIC_KEPT = ["favicon.svg", "formats.js", "manifest.webmanifest", "icon-192.png"];

/** Build the service worker by itself, and tell it which files its version has. */
export function serviceWorker(): Plugin {
  return {
    name: "service-worker",
    apply: "build",
    generateBundle: {
      // Other plugins take chunks out until then.
      order: "post",
      async handler(_, bundle) {
        const built = Object.keys(bundle)
          .filter((name) => /^assets\/.*\.(js|css)$/.test(name))
          .sort();
        const code = await buildAlone();
        const hash = createHash("sha256").update(code).update(built.join());
        for (const name of readdirSync(PUBLIC).sort()) hash.update(readFileSync(join(PUBLIC, name)));
        hash.update(readFileSync("index.html"));
        const shell = { version: hash.digest("hex").slice(0, 12), files: [...PUBLIC_KEPT, ...built] };
        this.emitFile({ type: "asset", fileName: NAME, source: code.replaceAll("__SHELL__", JSON.stringify(shell)) });
      },
    },
  };
}

async function buildAlone(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    build: { write: false, target: "es2022", rolldownOptions: { input: SOURCE, output: { format: "iife", entryFileNames: NAME } } },
  });
  const chunk = "output" in result ? result.output[0] : Array.isArray(result) ? result[0]!.output[0] : undefined;
  if (chunk?.type !== "chunk") throw new Error("the service worker was not built");
  return chunk.code;
}
