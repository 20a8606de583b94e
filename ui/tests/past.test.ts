import { describe, expect, it } from "vitest";
import { begun, done, MOST, redone, undone } from "../src/pages/panels/past";

const abc = done(done(begun("a"), "b"), "c");

describe("steps of an editor", () => {
  it("are taken back one by one, and no further than the beginning", () => {
    expect(undone(abc).now).toBe("b");
    expect(undone(undone(undone(abc))).now).toBe("a");
  });

  it("are done again in their order", () => {
    const back = undone(undone(abc));
    expect(redone(back).now).toBe("b");
    expect(redone(redone(redone(back)))).toEqual(abc);
  });

  it("forget what was taken back once another is made", () => {
    const other = done(undone(abc), "d");
    expect(other).toEqual({ before: ["a", "b"], now: "d", after: [] });
  });

  it("are none where nothing changes, though it is another object", () => {
    const one = begun({ x: 1 });
    expect(done(one, { x: 1 })).toEqual(one);
    const back = undone(done(one, { x: 2 }));
    expect(done(back, { x: 1 }).after).toHaveLength(1);
  });

  it("are kept up to a limit", () => {
    let past = begun(0);
    for (let step = 1; step <= MOST + 5; step++) past = done(past, step);
    expect([past.before.length, past.before[0]]).toEqual([MOST, 5]);
  });
});
