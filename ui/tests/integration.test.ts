import { describe, expect, it } from "vitest";
import type { FormField, Integration } from "../src/pages/settings/api";
import { changesOf, defaultOf, typedOf, type Typed } from "../src/pages/settings/integration";

const field = (name: string, input: FormField["input"], byDefault: FormField["default"] = null): FormField => ({
  name,
  input,
  text: "",
  default: byDefault,
  choices: [],
});

const FIELDS = [
  field("url", "text"),
  field("token", "secret"),
  field("history", "flag", true),
  field("rows", "whole", 5000),
  field("events", "texts", ["grid", "panel"]),
];
const ENTRY: Integration = { section: "influx", place: 0, values: { url: "http://a", rows: 100 }, kept: ["token"] };

const begun = (entry: Integration | null): Record<string, Typed> =>
  Object.fromEntries(FIELDS.map((one) => [one.name, typedOf(one, entry)]));

describe("the form of an integration", () => {
  it("shows what is written, and lets defaults show through", () => {
    expect(begun(ENTRY)).toEqual({ url: "http://a", token: "", history: true, rows: "100", events: "" });
    expect(FIELDS.map(defaultOf)).toEqual(["", "", "true", "5000", "grid, panel"]);
  });

  it("sends nothing of what was not touched", () => {
    expect(changesOf(FIELDS, begun(ENTRY), ENTRY)).toEqual({});
    expect(changesOf(FIELDS, begun(null), null)).toEqual({});
  });

  it("sends what was changed, as its kind of value", () => {
    const typed = { ...begun(ENTRY), token: "hush", history: false, rows: "250", events: " grid ,, battery" };
    expect(changesOf(FIELDS, typed, ENTRY)).toEqual({ token: "hush", history: false, rows: 250, events: ["grid", "battery"] });
  });

  it("takes the default again where a value was emptied, and leaves nonsense to the service", () => {
    expect(changesOf(FIELDS, { ...begun(ENTRY), url: " ", rows: "many" }, ENTRY)).toEqual({ url: null, rows: "many" });
  });
});
