import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { AGAIN_MS, Asking, roundOf } from "../src/lib/asking.svelte";

// What the compiler makes of them is not the matter here.
vi.hoisted(() => Object.assign(globalThis, { $state: Object.assign((value: unknown) => value, { raw: (value: unknown) => value }) }));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", { visibilityState: "visible" });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Questions that are answered by hand. */
function questions(): { ask: () => Promise<string>; answer: ((text: string | Error) => void)[] } {
  const answer: ((text: string | Error) => void)[] = [];
  const ask = (): Promise<string> =>
    new Promise((resolve, reject) => answer.push((text) => (text instanceof Error ? reject(text) : resolve(text))));
  return { ask, answer };
}

const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

test("an older answer that comes late is dropped", async () => {
  const { ask, answer } = questions();
  const asking = new Asking<string>();
  asking.ask("monday", ask)();
  asking.ask("tuesday", ask);
  answer[1]!("of tuesday");
  await settled();
  answer[0]!("of monday");
  await settled();
  expect(asking.answer).toBe("of tuesday");
});

test("what failed is asked again by itself, and its trouble goes with the answer", async () => {
  const { ask, answer } = questions();
  const asking = new Asking<string>();
  asking.ask("", ask);
  answer[0]!(new Error("no"));
  await settled();
  expect([asking.answer, asking.trouble]).toEqual([null, "no"]);
  await vi.advanceTimersByTimeAsync(AGAIN_MS);
  answer[1]!("yes");
  await settled();
  expect([asking.answer, asking.trouble]).toEqual(["yes", null]);
});

test("nobody is asked for a page that nobody looks at, or that is gone", async () => {
  const { ask, answer } = questions();
  const asking = new Asking<string>();
  const stop = asking.ask("", ask);
  answer[0]!(new Error("no"));
  await settled();
  vi.stubGlobal("document", { visibilityState: "hidden" });
  await vi.advanceTimersByTimeAsync(3 * AGAIN_MS);
  expect(answer.length).toBe(1);
  vi.stubGlobal("document", { visibilityState: "visible" });
  await vi.advanceTimersByTimeAsync(AGAIN_MS);
  expect(answer.length).toBe(2);
  answer[1]!(new Error("no"));
  await settled();
  stop();
  await vi.advanceTimersByTimeAsync(3 * AGAIN_MS);
  expect(answer.length).toBe(2);
});

test("an answer stays until the next one of the same, and goes with what it was of", async () => {
  const { ask, answer } = questions();
  const asking = new Asking<string>();
  asking.ask("today", ask)();
  asking.ask("today", ask);
  answer[1]!("so far");
  await settled();
  asking.ask("today", ask);
  expect(asking.answer).toBe("so far");
  asking.ask("yesterday", ask);
  expect(asking.answer).toBeNull();
});

test("there is something new a while after each five minutes", () => {
  expect(roundOf(600_000 + 89_000)).toBe(roundOf(300_000 + 90_000));
  expect(roundOf(600_000 + 90_000)).toBe(roundOf(600_000) + 1);
});
