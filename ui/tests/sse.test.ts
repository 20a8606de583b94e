import { describe, expect, test } from "vitest";
import { EventParser } from "../src/api/sse";

describe("event stream", () => {
  test("pieces, comments and all line ends", () => {
    const parser = new EventParser();
    expect(parser.push(": ping\n\nevent: upd")).toEqual([]);
    expect(parser.push("ate\ndata: 1\r")).toEqual([]);
    expect(parser.push("\ndata: 2\n\r\ndata:3\r\r")).toEqual([
      { event: "update", data: "1\n2" },
    ]);
    expect(parser.push("\n")).toEqual([{ event: "message", data: "3" }]);
  });

  test("an event without data is none", () => {
    expect(new EventParser().push("event: update\n\n")).toEqual([]);
  });
});
