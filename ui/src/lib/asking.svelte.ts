/** One thing that a page asks for: the answer to the newest question, or why there is none. */

import { sayError } from "../api/client";
import type { Maybe } from "../api/types";

/** What failed is asked again by itself after this time. */
export const AGAIN_MS = 30_000;
/** Panels and meters are kept this often, and a while later. */
const [KEPT_MS, LATER_MS] = [300_000, 90_000];

/** Counts up as often as there may be something new of today. */
export const roundOf = (now_ms: number): number => Math.floor((now_ms - LATER_MS) / KEPT_MS);

export class Asking<T> {
  answer = $state.raw<Maybe<T>>(null);
  trouble = $state<Maybe<string>>(null);
  #of = "";

  /** Ask; `of` names what it is of: an answer stays until the next one of the same. The result stops it. */
  ask(of: string, question: () => Promise<T>): () => void {
    let isNewest = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    if (of !== this.#of) this.answer = this.trouble = null;
    this.#of = of;
    const fail = (error: unknown): void => {
      if (!isNewest) return;
      this.trouble = sayError(error);
      timer = setTimeout(again, AGAIN_MS);
    };
    const send = (): Promise<void> => question().then((found) => void (isNewest && ([this.answer, this.trouble] = [found, null])), fail);
    /** A page that nobody looks at waits. */
    function again(): void {
      if (document.visibilityState === "hidden") timer = setTimeout(again, AGAIN_MS);
      else void send();
    }
    void send();
    return () => {
      isNewest = false;
      clearTimeout(timer);
    };
  }
}
