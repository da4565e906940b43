import { describe, expect, it } from "vitest";
import type { AttachedFile } from "../api/shapes";
import { newTurn, turnIn } from "../chat/turns";
import { lexed } from "../markdown/lexing";
import { attachedIn, whatWasRead } from "./attached";
import { passagesOf, shortPlace } from "./cited_passages";
import { isLongText } from "./picked";

const citationsIn = (text: string): unknown[] =>
  lexed(text).tokens.flatMap((block) =>
    "tokens" in block ? (block.tokens ?? []).flatMap((token) => ((token.type as string) === "citation" ? [(token as unknown as { numbers: number[] }).numbers] : [])) : [],
  );

describe("what was read of a file", () => {
  it.each<[Partial<AttachedFile>, string]>([
    [{ kind: "pdf", pages: 12, words: 3400 }, "12 pages, 3,400 words"],
    [{ kind: "csv", rows: 1, lines: 2, words: 4 }, "1 row"],
    [{ kind: "python", lines: 40, words: 90 }, "40 lines"],
    [{ kind: "picture", width: 640, height: 480 }, "640 × 480"],
    [{ kind: "folder", files: 7 }, "7 files"],
    [{ kind: "markdown", words: 1 }, "1 word"],
  ])("is said in the units of its kind: %j", (told, said) => {
    expect(whatWasRead(attachedIn(told))).toBe(said);
  });
});

describe("citations", () => {
  it("are numbers in square brackets, and nothing else", () => {
    expect(citationsIn("It ends in May [2], as **both** say [1, 3].")).toEqual([[2], [1, 3]]);
    expect(citationsIn("[1](https://example.org) `[2]` [x] [2026-11] \\[4]")).toEqual([]);
    expect(citationsIn("A link [1].\n\n[1]: https://example.org")).toEqual([]);
  });

  it("name the passages of every question on the path, and of the answer that comes", () => {
    const file = { name: "a.pdf", size_bytes: 9, kind: "text" } as const;
    const question = turnIn({ turn: "q1", role: "user", text: "When?", files: [{ ...file, number: 1, words: "a.pdf, p. 1" }, file] }, () => undefined);
    const answer = { ...newTurn("k", "assistant", "[1]"), citations: [{ number: 1, words: "a.pdf, Terms" }, { number: 9, words: "elsewhere" }] };
    const live = [{ number: 2, words: "src/b.py:3-9" }];
    if (question === null) throw new Error("no turn");
    const found = passagesOf([question, answer], live, "q2");
    expect([...found.values()]).toEqual([
      { turn: "q1", number: 1, words: "a.pdf, Terms" },
      { turn: "q2", number: 2, words: "src/b.py:3-9" },
    ]);
  });

  it("are written as the page, or the file with its lines", () => {
    expect(shortPlace("contract.pdf, p. 12")).toBe("p. 12");
    expect(shortPlace("contract.pdf, pp. 3-4")).toBe("pp. 3-4");
    expect(shortPlace("src/deep/sending.py:10-31")).toBe("sending.py:10-31");
  });
});

it("a long text is a file", () => {
  expect([isLongText("a".repeat(4000)), isLongText("a".repeat(4001))]).toEqual([false, true]);
});
