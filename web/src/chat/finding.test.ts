import { describe, expect, it } from "vitest";
import { firstShown, patternOf, placesOf, stepped } from "./finding";

const turns = [
  { key: "a", text: "A keel keeps a boat upright. KEEL!" },
  { key: "b", text: "Nothing of it" },
  { key: "c", text: "The keel\n  boat" },
];

describe("finding in a chat", () => {
  it("counts every place, whatever its case", () => {
    expect(placesOf(turns, "keel")).toEqual([
      { turn: "a", nth: 0 },
      { turn: "a", nth: 1 },
      { turn: "c", nth: 0 },
    ]);
  });

  it("finds words that stand on two lines", () => {
    expect(placesOf(turns, " keel boat ")).toEqual([{ turn: "c", nth: 0 }]);
  });

  it("takes signs as they are", () => {
    expect(placesOf([{ key: "a", text: "f(x) [1] a+b" }], "f(x)")).toHaveLength(1);
    expect(placesOf([{ key: "a", text: "fx" }], "f.")).toHaveLength(0);
  });

  it("finds nothing for nothing", () => {
    expect(patternOf("  ")).toBeNull();
    expect(placesOf(turns, "")).toEqual([]);
    expect(firstShown([])).toBe(-1);
    expect(stepped(-1, 1, 0)).toBe(-1);
  });

  it("begins at the end and goes round", () => {
    const places = placesOf(turns, "keel");
    expect(firstShown(places)).toBe(2);
    expect(stepped(2, 1, 3)).toBe(0);
    expect(stepped(0, -1, 3)).toBe(2);
  });
});
