import { expect, test } from "vitest";
import { newTurn } from "../chat/turns";
import { figuresOf, outcome, type Figures } from "./figures";

const HERE: Figures = { model: "Qwen3-4B", isHere: true, firstTokenMs: 500, tokensPerSecond: 20, totalMs: 6000, cost: 0, bytesOut: 0, wordCount: 90 };
const THERE: Figures = { model: "large", isHere: false, firstTokenMs: 300, tokensPerSecond: 90, totalMs: 1000, cost: 4100, bytesOut: 612, wordCount: 100 };

test("a loss is said as plainly as a gain", () => {
  expect(outcome(HERE, THERE)).toEqual([
    "Elsewhere was 6 times as fast. It cost $0.0041, and 612 bytes left. Here was free, and nothing left.",
  ]);
  expect(outcome(THERE, { ...HERE, totalMs: 500 })).toEqual([
    "Here was 2 times as fast, free, and nothing left. Elsewhere it cost $0.0041, and 612 bytes left.",
  ]);
});

test("two that took about as long are not told apart", () => {
  expect(outcome({ ...HERE, totalMs: 1050 }, THERE)[0]).toContain("took about as long");
});

test("what was not measured is not guessed", () => {
  expect(outcome({ ...HERE, totalMs: null }, { ...THERE, cost: null })).toEqual([
    "Elsewhere it cost an unknown amount, and 612 bytes left. Here was free, and nothing left.",
  ]);
});

test("two models of this computer are compared by name", () => {
  expect(outcome(HERE, { ...HERE, model: "Small", totalMs: 2000, wordCount: 20 })).toEqual([
    "Small was 3 times as fast as Qwen3-4B. Nothing left this computer.",
    "Qwen3-4B wrote more: 90 words, against 20.",
  ]);
});

test("a tiny model is called no fair judge", () => {
  expect(outcome({ ...HERE, model: "SmolLM2-135M-Instruct" }, THERE).at(-1)).toContain("tiny");
});

test("the figures of an answer are those that were measured", () => {
  const turn = { ...newTurn("1", "assistant", "one two"), model: "m", zone: "machine", timings: { firstTokenMs: 100, tokensPerSecond: 10 } };
  const usage = { promptTokens: 3, completionTokens: 20, cachedTokens: 0 };
  expect(figuresOf({ ...turn, usage }, null)).toMatchObject({ isHere: true, cost: 0, totalMs: 2100, wordCount: 2, bytesOut: 0 });
  expect(figuresOf(turn, null).totalMs).toBeNull();
});
