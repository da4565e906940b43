import { expect, test } from "vitest";
import type { Decision } from "./decision";
import { plainFlips, waysOf } from "./ways";

const considered = (model: string, code: string) => ({ model, reason: { code, words: "" } });
const DECISION: Decision = { isRefusal: false, model: "here", reasons: [], considered: [], flips: [] };

test("a model that was only passed over can be asked, once, and one that cannot do it is not offered", () => {
  const others = [considered("large", "not_first"), considered("large", "needs_approval"), considered("blind", "model_cannot"), considered("here", "not_first")];
  expect(waysOf({ ...DECISION, considered: others })).toEqual([{ kind: "ask", model: "large" }]);
});

test("where words are kept here, letting them go is a way", () => {
  expect(waysOf({ ...DECISION, considered: [considered("large", "stays_here")] })).toEqual([{ kind: "letLeave" }]);
});

test("no more than three models are offered", () => {
  const others = ["a", "b", "c", "d"].map((name) => considered(name, "not_first"));
  expect(waysOf({ ...DECISION, considered: others })).toHaveLength(3);
});

test("a command line is not shown in a window", () => {
  const flips = ["With --model large it would go to acme.", "Without notes.txt it could go to large.", "With `aspen allow … --to acme` it could go."];
  expect(plainFlips({ ...DECISION, flips })).toEqual(["Without notes.txt it could go to large."]);
});
