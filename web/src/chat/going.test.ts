import { expect, test } from "vitest";
import { leftTurns } from "./going";
import { passagesOf } from "./passages";
import { newTurn, type Turn } from "./turns";

test("what has left is everything before the last answer from elsewhere, without what is kept here", () => {
  const sent = { provider: "acme", bodyBytes: 10, sequence: 1 };
  const path: Turn[] = [
    { ...newTurn("1", "user", "a"), keptHere: { isWhole: true, passages: [] } },
    newTurn("2", "assistant", "b"),
    newTurn("3", "user", "c"),
    { ...newTurn("4", "assistant", "d"), sent },
    newTurn("5", "user", "e"),
  ];
  expect([...leftTurns(path)].map(({ key }) => key)).toEqual(["2", "3"]);
  expect(leftTurns(path.slice(0, 3)).size).toBe(0);
});

test("every passage stands in its text exactly, and together they hold all of its words", () => {
  const text = "The colour is plum. The code is 7319!\n\n  A line\nIs it?  Yes.";
  const passages = passagesOf(text);
  expect(passages).toEqual(["The colour is plum.", "The code is 7319!", "A line", "Is it?", "Yes."]);
  expect(passages.every((passage) => text.includes(passage))).toBe(true);
});
