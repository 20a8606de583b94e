import { describe, expect, test } from "vitest";
import type { GatewayState, GatewayStatus } from "../src/api/types";
import type { Connection, Entry } from "../src/state/board.svelte";
import { healthOf } from "../src/state/health";

describe("health", () => {
  const entry = (state: GatewayState, is_fresh: boolean) => ({ status: { state, is_fresh } as GatewayStatus }) as Entry;
  const open: Connection = { phase: "open" };

  test.each<[GatewayState, boolean, string]>([
    ["ok", true, "live"],
    ["ok", false, "stale"],
    ["degraded", true, "degraded"],
    ["degraded", false, "stale"],
    ["unreachable", false, "unreachable"],
    ["needs_login", false, "needs_login"],
    ["quiet", false, "quiet"],
    ["starting", false, "starting"],
  ])("%s, fresh: %s, is %s", (state, is_fresh, key) => expect(healthOf(open, entry(state, is_fresh)).key).toBe(key));

  test("a lost stream hides all else", () => {
    expect(healthOf({ phase: "lost", since_ms: 0, retry_ms: 0 }, entry("ok", true)).key).toBe("lost");
    expect(healthOf({ phase: "connecting" }, undefined).key).toBe("connecting");
  });
});
