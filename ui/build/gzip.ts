import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const TEXT = /\.(js|css|html|svg|json|txt|webmanifest)$/;

/** Put a compressed copy beside every text file of the output, so that no server compresses at run time. */
export function gzipCopies(): Plugin {
  return {
    name: "gzip-copies",
    apply: "build",
    writeBundle: {
      order: "post",
      sequential: true,
      handler(options) {
        if (options.dir === undefined) return;
        for (const entry of readdirSync(options.dir, { recursive: true, withFileTypes: true })) {
          if (!entry.isFile() || !TEXT.test(entry.name)) continue;
          const path = join(entry.parentPath, entry.name);
          writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
        }
      },
    },
  };
}
