/** The one event stream of a page: connects, notices silence, waits and connects again. */

import { EventParser } from "./sse";
import { apiUrl, heedStatus } from "./client";
import type { Update } from "./types";

export interface LiveListener {
  update(update: Update): void;
  /** The stream works; `serverNow_ms` is the server's clock, if it said. */
  opened(serverNow_ms: number | null): void;
  /** Nobody looks, so the stream was given back. */
  paused(): void;
  /** The stream is lost; the next try is at `retry_ms` (local clock). */
  lost(retry_ms: number): void;
}

/** A stream that lasted so long and then ended is begun anew at once: gateways were added, removed or changed. */
const LEAST_MS = 1000;
/** The server comments every 15 s; after this long without a byte the connection is dead. */
const SILENCE_MS = 40_000;
/** A browser has six connections to one server for all of its tabs; one that nobody looks at gives its own back. */
const UNSEEN_MS = 60_000;
/** Where pages of one browser tell each other that one of them needs a connection: then those unseen give theirs back. */
const CHANNEL = "openvoy.live";
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

const isSeen = (): boolean => document.visibilityState !== "hidden";

export class LiveStream {
  #listener: LiveListener;
  #abort: AbortController | null = null;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #unseen: ReturnType<typeof setTimeout> | undefined;
  #others: BroadcastChannel | null = null;
  #wait_ms = FIRST_WAIT_MS;
  #heardAt_ms = 0;

  constructor(listener: LiveListener) {
    this.#listener = listener;
  }

  start(): void {
    document.addEventListener("visibilitychange", this.#wake);
    window.addEventListener("online", this.#wake);
    this.#others = new BroadcastChannel(CHANNEL);
    this.#others.onmessage = () => isSeen() || this.#pause();
    // A tab that was opened behind another one begins when somebody looks.
    if (isSeen()) void this.#connect();
    else this.#listener.paused();
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this.#wake);
    window.removeEventListener("online", this.#wake);
    clearTimeout(this.#unseen);
    this.#others?.close();
    this.#end();
  }

  #end(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    const abort = this.#abort;
    this.#abort = null;
    abort?.abort();
  }

  #pause = (): void => {
    clearTimeout(this.#unseen);
    this.#end();
    this.#listener.paused();
  };

  /** A page that comes back to the front does not wait for timers that slept with it. */
  #wake = (): void => {
    clearTimeout(this.#unseen);
    if (!isSeen()) {
      this.#unseen = setTimeout(this.#pause, UNSEEN_MS);
      return;
    }
    if (this.#abort !== null && Date.now() - this.#heardAt_ms < SILENCE_MS) return;
    this.#wait_ms = FIRST_WAIT_MS;
    this.#end();
    void this.#connect();
  };

  async #connect(): Promise<void> {
    const begun_ms = Date.now();
    let hasEnded = false;
    const abort = new AbortController();
    this.#abort = abort;
    this.#others?.postMessage(null);
    this.#heard(abort);
    try {
      const reply = await fetch(apiUrl("live"), {
        signal: abort.signal,
        headers: { Accept: "text/event-stream" },
        cache: "no-store",
      });
      heedStatus(reply.status);
      if (!reply.ok || reply.body === null) throw new Error(`HTTP ${reply.status}`);
      const date = Date.parse(reply.headers.get("Date") ?? "");
      this.#listener.opened(Number.isNaN(date) ? null : date);
      await this.#follow(reply.body, abort);
      hasEnded = true;
    } catch {
      // Whatever ended the stream, the remedy is the same: say so and connect again.
    }
    abort.abort();
    if (this.#abort !== abort) return;
    if (hasEnded && Date.now() - begun_ms > LEAST_MS) void this.#connect();
    else this.#later();
  }

  async #follow(body: ReadableStream<Uint8Array>, abort: AbortController): Promise<void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    const parser = new EventParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#heard(abort);
      this.#wait_ms = FIRST_WAIT_MS;
      for (const { event, data } of parser.push(decoder.decode(value, { stream: true }))) {
        if (event === "update") this.#listener.update(JSON.parse(data) as Update);
      }
    }
  }

  #heard(abort: AbortController): void {
    this.#heardAt_ms = Date.now();
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => abort.abort(), SILENCE_MS);
  }

  #later(): void {
    clearTimeout(this.#silence);
    this.#abort = null;
    this.#listener.lost(Date.now() + this.#wait_ms);
    this.#retry = setTimeout(() => void this.#connect(), this.#wait_ms);
    this.#wait_ms = Math.min(LONGEST_WAIT_MS, this.#wait_ms * 2);
  }
}
