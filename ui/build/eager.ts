import type { Plugin } from "vite";

/** Browsers that know it compile all of such a file beside the page while it is loaded, not each function when it is first called. */
const EAGER = "//# allFunctionsCalledOnLoad";

/** Mark the entry, and what it needs at once. */
export function eager(): Plugin {
  return {
    name: "eager",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const entries = Object.values(bundle).flatMap((part) => (part.type === "chunk" && part.isEntry ? [part] : []));
        for (const name of entries.flatMap(({ fileName, imports }) => [fileName, ...imports])) {
          const part = bundle[name];
          // It counts in the first line only.
          if (part?.type === "chunk") part.code = `${EAGER}\n${part.code}`;
        }
      },
    },
  };
}
