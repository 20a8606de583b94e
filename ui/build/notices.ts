import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const PACKAGE = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//;
const NAMES = ["LICENSE", "LICENSE.md", "LICENCE", "license"];

/** Write the licences of the libraries that end up in the bundle to `licences.txt`, as their terms ask. */
export function notices(): Plugin {
  return {
    name: "licence-notices",
    apply: "build",
    generateBundle() {
      const texts = new Map<string, string>();
      for (const id of this.getModuleIds()) {
        const match = PACKAGE.exec(id.replaceAll("\\", "/"));
        if (match?.[1] === undefined || match[2] === undefined || texts.has(match[2])) continue;
        texts.set(match[2], licenceOf(match[1]));
      }
      const source = [...texts.entries()]
        .sort(([left], [right]) => left.localeCompare(right))
        .map(([name, text]) => `${name}\n${"=".repeat(name.length)}\n\n${text.trim()}\n`)
        .join("\n\n");
      this.emitFile({ type: "asset", fileName: "licences.txt", source });
    },
  };
}

function licenceOf(folder: string): string {
  const file = NAMES.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (file !== undefined) return readFileSync(file, "utf8");
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { license?: string };
  return `Licence: ${manifest.license ?? "not stated"}`;
}
