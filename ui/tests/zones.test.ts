import { describe, expect, it } from "vitest";
import { isSame, otherZones, zonesOf } from "../src/pages/setup/zones";

describe("the time zone of a house", () => {
  it.each([
    ["all say the same", { gateway: "Europe/Berlin", browser: "Europe/Berlin", machine: "Europe/Berlin" }, ["Europe/Berlin machine"]],
    ["in a container", { gateway: "Europe/Paris", browser: "Europe/Paris", machine: "Etc/UTC" }, ["Europe/Paris gateway", "Etc/UTC machine"]],
    ["by other names", { gateway: "US/Central", browser: "America/Chicago", machine: "America/Chicago" }, ["America/Chicago machine"]],
    ["set up from afar", { gateway: "US/Central", browser: "Europe/Paris", machine: "UTC" }, ["US/Central gateway", "Europe/Paris browser", "UTC machine"]],
    ["a gateway that was never told", { gateway: "America/Los_Angeles", browser: "Europe/Rome", machine: "Europe/Rome" }, ["Europe/Rome machine", "America/Los_Angeles gateway"]],
    ["a gateway that does not say", { gateway: null, browser: "Europe/Rome", machine: "UTC" }, ["Europe/Rome browser", "UTC machine"]],
    ["a zone that only the gateway knows", { gateway: "Factory/Reset", browser: "Europe/Rome", machine: "UTC" }, ["Europe/Rome browser", "UTC machine"]],
    ["nobody knows", { gateway: "UTC", browser: "UTC", machine: "UTC" }, ["UTC machine"]],
  ])("%s", (_, said, wanted) => {
    expect(zonesOf(said).map(({ zone, by }) => `${zone} ${by}`)).toEqual(wanted);
  });

  it("offers every other zone, and none twice", () => {
    const likely = zonesOf({ gateway: null, browser: "Europe/Rome", machine: "UTC" });
    const others = otherZones(likely);
    expect(others).toContain("America/Lima");
    expect(others).not.toContain("Europe/Rome");
    expect(new Set(others).size).toBe(others.length);
  });

  it("tells zones with one hour and two days apart", () => {
    expect(isSame("Etc/GMT+12", "Etc/GMT-12")).toBe(false);
    expect(isSame("Europe/Berlin", "Africa/Algiers")).toBe(false);
  });
});
