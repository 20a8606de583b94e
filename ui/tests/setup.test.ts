import { afterEach, describe, expect, test, vi } from "vitest";

import { ApiError } from "../src/api/client";
import { untilAnswered } from "../src/pages/setup/api";

describe("what is asked while the service begins anew", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test("is asked again until somebody answers", async () => {
    vi.useFakeTimers();
    let left = 3;
    const asked = untilAnswered(() => (left-- > 0 ? Promise.reject(new TypeError("nobody")) : Promise.resolve("kept")));
    await vi.advanceTimersByTimeAsync(900);
    expect(await asked).toBe("kept");
  });

  test("is not asked again once it was answered, whatever the answer", async () => {
    const work = vi.fn(() => Promise.reject(new ApiError("That is too short.", "", 422)));
    await expect(untilAnswered(work)).rejects.toThrow("too short");
    expect(work).toHaveBeenCalledTimes(1);
  });

  test("is given up after half a minute", async () => {
    vi.useFakeTimers();
    const asked = untilAnswered(() => Promise.reject(new TypeError("nobody")));
    const told = expect(asked).rejects.toThrow("nobody");
    await vi.advanceTimersByTimeAsync(31_000);
    await told;
  });
});
