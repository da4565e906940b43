import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CORPUS } from "../../test/corpus";
import { type Block, MarkdownDocument } from "./document";

const tokensOf = (blocks: readonly Block[]): string => JSON.stringify(blocks.map((block) => block.token));

function whole(text: string): string {
  return tokensOf(new MarkdownDocument().update(text, true));
}

function streamed(text: string, cuts: readonly number[]): MarkdownDocument {
  const written = new MarkdownDocument();
  for (const cut of [...cuts].sort((one, other) => one - other)) written.update(text.slice(0, cut), false);
  return written;
}

const anyText = fc.oneof(
  fc.constantFrom(...CORPUS),
  fc.array(fc.constantFrom(...CORPUS.flatMap((text) => text.split(/(?<=\n)/))), { maxLength: 14 }).map((lines) => lines.join("")),
  fc.array(fc.constantFrom(..."#*_`$[]()|-:>\\~!<&; \n\n\nab1."), { maxLength: 80 }).map((signs) => signs.join("")),
);
const split = anyText.chain((text) =>
  fc.record({ text: fc.constant(text), cuts: fc.array(fc.nat({ max: text.length }), { maxLength: 25 }) }),
);

test("a text in any pieces ends equal to the whole", () => {
  fc.assert(
    fc.property(split, ({ text, cuts }) => {
      expect(tokensOf(streamed(text, cuts).update(text, true))).toBe(whole(text));
    }),
    { numRuns: 400 },
  );
});

test("no two blocks share an id, at any moment", () => {
  fc.assert(
    fc.property(split, ({ text, cuts }) => {
      const written = streamed(text, cuts);
      for (const blocks of [written.blocks, written.update(text, true)]) {
        expect(new Set(blocks.map((block) => block.id)).size).toBe(blocks.length);
      }
    }),
    { numRuns: 200 },
  );
});

test.each(CORPUS)("letter by letter it ends equal to the whole: %j", (text) => {
  const written = streamed(text, Array.from({ length: text.length }, (_, n) => n));
  expect(tokensOf(written.update(text, true))).toBe(whole(text));
});

describe("while an answer comes", () => {
  const answer = CORPUS[0] ?? "";

  test("a closed block is not read again, so its elements stay", () => {
    const written = new MarkdownDocument();
    const closed = new Map<number, Block>();
    for (let end = 1; end <= answer.length; end += 3) {
      for (const block of written.update(answer.slice(0, end), false)) {
        if (closed.has(block.id)) expect(block).toBe(closed.get(block.id));
        if (block.isClosed) closed.set(block.id, block);
      }
    }
    expect(closed.size).toBeGreaterThan(12);
  });

  test("the end draws nothing anew but the last block and what a late definition changes", () => {
    const written = new MarkdownDocument();
    const before = new Set(streamedInLines(answer, written));
    const anew = written.update(answer, true).filter((block) => !before.has(block));
    expect(anew.length).toBeLessThanOrEqual(3);
  });

  test("a definition counts in a later block at once, and in an earlier one at the end", () => {
    const text = "[a]: https://a.example\n\n[a] and [b]\n\nmore\n\n[b]: https://b.example\n";
    const written = new MarkdownDocument();
    written.update(text.slice(0, -5), false);
    expect(tokensOf(written.blocks)).toContain("https://a.example");
    expect(tokensOf(written.blocks.slice(0, 1))).not.toContain("https://b.example");
    expect(tokensOf(written.update(text, true).slice(0, 1))).toContain("https://b.example");
  });

  test("open code grows without being read again, and closes at its fence", () => {
    const written = new MarkdownDocument();
    written.update("```py\nx = 1\n", false);
    const [open] = written.update("```py\nx = 1\ny = '# no head'\n", false);
    expect(open?.token).toMatchObject({ type: "code", lang: "py" });
    expect(open?.token.raw).toContain("# no head");
    const blocks = written.update("```py\nx = 1\ny = '# no head'\n```\nafter\n", false);
    expect(blocks.map((block) => [block.token.type, block.isClosed])).toEqual([["code", true], ["paragraph", false]]);
  });

  test("an answer that is another one begins anew, and one that goes on after its end goes on", () => {
    const written = new MarkdownDocument();
    written.update("first", true);
    expect(tokensOf(written.update("second **x**", true))).toBe(whole("second **x**"));
    written.update("second **x** more", false);
    expect(tokensOf(written.update("second **x** more\n", true))).toBe(whole("second **x** more\n"));
  });
});

function streamedInLines(text: string, into: MarkdownDocument): readonly Block[] {
  let end = 0;
  for (const line of text.split(/(?<=\n)/)) {
    end += line.length;
    into.update(text.slice(0, end), false);
  }
  return into.blocks;
}
