import { expect, test } from "vitest";
import { isKeptForLater, tooOld } from "../src/offline/rules";

test.each(["me", "site", "today", "today/compared", "history/live", "history/power", "history/energy", "costs"])("%s is kept", (path) =>
  expect(isKeptForLater(`api/v1/${path}`)).toBe(true),
);

test.each(["live", "setup", "setup/token", "accounts", "keys", "control", "control/audit", "snapshot", "login", "today/else", "exporters"])(
  "%s is not",
  (path) => expect(isKeptForLater(`api/v1/${path}`)).toBe(false),
);

test("what is a day older than the newest goes, not what is a day older than now", () => {
  const times = ["Sat, 21 Nov 2026 12:00:00 GMT", null, "Fri, 20 Nov 2026 09:00:00 GMT", "Fri, 20 Nov 2026 11:00:00 GMT"];
  expect(tooOld(times)).toEqual([2]);
  expect(tooOld([])).toEqual([]);
});

test("there is a bound to how many replies stay", () => {
  const times = Array.from({ length: 100 }, (_, minute) => new Date(minute * 60_000).toUTCString());
  expect(tooOld(times).sort((left, right) => left - right)).toEqual(Array.from({ length: 20 }, (_, index) => index));
});
