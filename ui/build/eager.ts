import type { Plugin } from "vite";

/** Browsers that know it compile all of such a file beside the page while it is loaded, not each function when it is first called. */
const EAGER = "//# allFunctionsCalledOnLoad";

/** Mark what is needed at once, by the name of its chunk. */
export function eager(chunk: string): Plugin {
  return {
    name: "eager",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        // It counts in the first line only.
        for (const part of Object.values(bundle)) if (part.type === "chunk" && part.name === chunk) part.code = `${EAGER}\n${part.code}`;
      },
    },
  };
}
