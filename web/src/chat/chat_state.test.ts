import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Frame } from "../api/events";
import { contextUse, probableExcess } from "./context_use";
import { Draft, NEW } from "./draft.svelte";
import { forgetRun, keepRun, keptRuns } from "./kept_runs";
import { asTurn, grown, type LiveAnswer, NOTHING_YET } from "./live_answer";
import { mergedPath } from "./path";
import { recovered } from "./recovery";
import { ScrollIntent } from "./scroll_intent";
import { mendsOf, troubleOfError } from "./trouble";
import { answeredPart, newTurn, placeAmong, type Turn, turnIn } from "./turns";
import { AspenError } from "../api/errors";

const IDS = { conversation: "c", question: "q", turn: "t" };
const after = (frames: readonly Frame[], from: LiveAnswer = NOTHING_YET): LiveAnswer =>
  frames.reduce((answer, frame, n) => grown(answer, frame, n * 1000), from);
const turn = (id: string, role: Turn["role"], more: Partial<Turn> = {}): Turn => ({ ...newTurn(id, role, `text of ${id}`), turn: id, ...more });

beforeEach(() => {
  vi.useFakeTimers();
  sessionStorage.clear();
});
afterEach(() => {
  vi.useRealTimers();
});

test("an answer grows piece by piece, however it was cut, and ends as the result has it", () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 20 }), (pieces) => {
      const answer = after(pieces.map((text) => ({ event: "text", text })));
      expect(answer.text).toBe(pieces.join(""));
    }),
  );
  const ended = after([{ event: "remembered", ...IDS }, { event: "text", text: "a" }, { result: { answer: "abc", model: "m", ...IDS } }]);
  expect([ended.text, ended.outcome?.kind, asTurn(ended, "k").turn, asTurn(ended, "k").model]).toEqual(["abc", "answered", "t", "m"]);
  expect(asTurn(ended, "k").wasStopped).toBe(false);
});

test("thinking is timed from its first piece to the first word of the answer", () => {
  const answer = after([{ event: "thinking", text: "hm" }, { event: "thinking", text: "!" }, { event: "text", text: "So" }]);
  expect([answer.thinking, answer.thinkingSeconds, answer.stage]).toEqual(["hm!", 2, "write"]);
});

test("a tool call comes in fragments and keeps its name", () => {
  const calls = after([
    { event: "tool_call", index: 0, call_id: "a", name: "look", arguments: '{"x"' },
    { event: "tool_call", index: 0, call_id: null, name: null, arguments: ":1}" },
  ]).toolCalls;
  expect(calls).toEqual([{ id: "a", name: "look", arguments: '{"x":1}' }]);
});

test("progress is shown until the first word, and a wait for a person's yes ends with what was sent", () => {
  const loading = after([{ event: "progress", stage: "load", done: 5, total: 10, what: "m" }]);
  expect([loading.stage, loading.progress]).toEqual(["load", { done: 5, total: 10, what: "m" }]);
  expect(grown(loading, { event: "text", text: "a" }, 0).progress).toBeNull();
  const waiting = after([{ event: "awaiting_approval", nonce: "n", provider: "p", body_sha256: "" }]);
  expect([waiting.stage, waiting.approval]).toEqual(["approval", { nonce: "n", provider: "p" }]);
  expect(grown(waiting, { event: "sent", provider: "p", body_bytes: 9, sequence: 3 }, 0).approval).toBeNull();
});

test("a refusal is an outcome of its own, an error keeps its sentence, and a frame that is not known changes nothing", () => {
  const decision = { kind: "refusal", reasons: [{ code: "stays_here", words: "It stays." }], considered: [], remedies: [] };
  expect(after([{ result: { decision } }]).outcome?.kind).toBe("refused");
  const failed = after([{ error: { code: "no_key", sentence: "No key.", hint: "", retryable: false, facts: {} } }]);
  expect(failed.outcome?.kind === "failed" && failed.outcome.error.sentence).toBe("No key.");
  expect(grown(NOTHING_YET, { event: "something new" }, 0)).toBe(NOTHING_YET);
});

test("every error has a button, and a hint that is a command line is left out", () => {
  const told = { code: "stays_here", sentence: "No.", retryable: false, facts: {} };
  expect(mendsOf("something unheard of").length).toBeGreaterThan(0);
  expect(troubleOfError(new AspenError({ ...told, hint: "Say so: aspen ask --label may-leave …" }), "q").hint).toBe("");
  expect(troubleOfError(new AspenError({ ...told, hint: "Leave the file out." }), "q")).toMatchObject({ hint: "Leave the file out.", tone: "calm" });
});

test("a branch knows its place, and unanswered questions at the end are no part to go on from", () => {
  expect(placeAmong(turn("b", "user", { siblings: ["a", "b", "c"] }))).toEqual({ at: 2, of: 3 });
  expect(placeAmong(turn("b", "user", { siblings: ["b"] }))).toBeNull();
  const path = [turn("a", "user"), turn("b", "assistant"), turn("c", "user")];
  expect(answeredPart(path).map((each) => each.turn)).toEqual(["a", "b"]);
  expect(answeredPart([turn("a", "user")])).toEqual([]);
});

test("what the store says is joined with what the page has seen, and elements keep their names", () => {
  const seen = [turn("a", "assistant", { key: "live-1", notes: ["a note"], thinkingSeconds: 3 })];
  const told = turnIn({ turn: "a", role: "assistant", text: "whole", siblings: ["a", "b"], was_stopped: false }, () => undefined);
  const [merged] = mergedPath(seen, told ? [told] : []);
  expect(merged).toMatchObject({ key: "live-1", text: "whole", siblings: ["a", "b"], notes: ["a note"], thinkingSeconds: 3 });
  expect(mergedPath(seen, [turn("z", "user")]).map((each) => each.key)).toEqual(["z"]);
});

test("after Aspen has ended in the middle it is said exactly what is left", () => {
  const card = { id: "c", title: "", model: null, word: "ask", isPinned: false, project: "", changedAt: "" } as const;
  const view = (turns: readonly Turn[]) => ({ card, turns, hasOlder: false, system: null });
  const seen = { ...after([{ event: "remembered", ...IDS }]), text: "0123456789" };
  expect(recovered(NOTHING_YET, null)).toEqual({ kind: "never asked" });
  expect(recovered(seen, view([turn("q", "user")]))).toEqual({ kind: "unanswered" });
  expect(recovered(seen, view([turn("t", "assistant", { text: "0123", wasStopped: true })]))).toEqual({ kind: "partly", keptLetters: 4, lostLetters: 6 });
  expect(recovered(seen, view([turn("t", "assistant")]))).toEqual({ kind: "whole" });
});

test("runs are kept by their ids, and what else stands there is no run", () => {
  keepRun({ run: "r", conversation: "", question: "", turn: "" });
  keepRun({ run: "r", conversation: "c", question: "q", turn: "t" });
  expect(keptRuns()).toEqual([{ run: "r", conversation: "c", question: "q", turn: "t" }]);
  forgetRun("r");
  expect(keptRuns()).toEqual([]);
  sessionStorage.setItem("aspen.runs", '[{"run":1},"x"]');
  expect(keptRuns()).toEqual([]);
});

function keptDrafts() {
  const kept = new Map<string, string>();
  const draft = new Draft({
    keep: (conversation, text) => Promise.resolve(void kept.set(conversation, text)),
    read: (conversation) => Promise.resolve(kept.get(conversation) ?? ""),
  });
  return { kept, draft };
}

test("each chat has its own draft, kept a moment after the last letter", async () => {
  const { kept, draft } = keptDrafts();
  await draft.enter(NEW);
  draft.text = "h";
  draft.text = "hello";
  expect(kept.size).toBe(0);
  vi.advanceTimersByTime(500);
  expect(kept.get(NEW)).toBe("hello");
  await draft.enter("c");
  expect(draft.text).toBe("");
  await draft.enter(NEW);
  expect(draft.text).toBe("hello");
});

test("a text that was sent is kept until it stands in the conversation, and what is typed meanwhile goes along", async () => {
  const { kept, draft } = keptDrafts();
  await draft.enter(NEW);
  draft.text = "question";
  vi.advanceTimersByTime(500);
  expect(draft.take()).toBe("question");
  vi.advanceTimersByTime(5000);
  expect([draft.text, kept.get(NEW)]).toEqual(["", "question"]);
  draft.text = "next";
  draft.begun("c");
  vi.advanceTimersByTime(500);
  expect([draft.text, kept.get(NEW), kept.get("c")]).toEqual(["next", "", "next"]);
});

test("what was typed while a draft was read counts more than what was kept", async () => {
  const { kept, draft } = keptDrafts();
  kept.set("c", "old");
  const entered = draft.enter("c");
  draft.text = "new";
  await entered;
  expect(draft.text).toBe("new");
});

const END = { top: 1000, visible: 500, whole: 1500 };

test("the end is left on intent only: never because the text grew", () => {
  const intent = new ScrollIntent();
  intent.scrolled(END);
  intent.scrolled({ ...END, whole: 90_000 });
  intent.wheel({ deltaY: 40, ctrlKey: false });
  intent.key({ key: "Home", shiftKey: false }, true);
  expect(intent.isFollowing).toBe(true);
});

test.each<readonly [string, (intent: ScrollIntent) => void]>([
  ["the wheel", (intent) => intent.wheel({ deltaY: -1, ctrlKey: false })],
  ["a key", (intent) => intent.key({ key: "PageUp", shiftKey: false }, false)],
  ["space with shift", (intent) => intent.key({ key: " ", shiftKey: true }, false)],
  ["a finger", (intent) => (intent.touchStart(100), intent.touchMove(140))],
  ["the scrollbar", (intent) => (intent.holdBar(1000), intent.scrolled({ ...END, top: 800 }))],
])("%s upwards leaves the end, and coming back to it follows again", (_, leave) => {
  const intent = new ScrollIntent();
  intent.scrolled(END);
  leave(intent);
  expect(intent.isFollowing).toBe(false);
  intent.releaseBar();
  intent.scrolled({ ...END, top: 700 });
  expect(intent.isFollowing).toBe(false);
  intent.wheel({ deltaY: 300, ctrlKey: false });
  intent.scrolled(END);
  expect(intent.isFollowing).toBe(true);
});

test("a scroll of our own that is told of after the first move up does not take the reader back", () => {
  const intent = new ScrollIntent();
  intent.wheel({ deltaY: -1, ctrlKey: false });
  intent.scrolled(END);
  expect(intent.isFollowing).toBe(false);
});

test("the context adds up to what the engine counted", () => {
  const usage = (promptTokens: number, completionTokens: number) => ({ usage: { promptTokens, completionTokens, cachedTokens: 0 } });
  const path = [turn("a", "user"), turn("b", "assistant", usage(40, 10)), turn("c", "user"), turn("d", "assistant", usage(70, 30))];
  expect(contextUse(path)).toEqual({ usedTokens: 100, beginningTokens: 40, answerTokens: 40, questionTokens: 20 });
  expect(contextUse([turn("a", "user")])).toBeNull();
  expect([probableExcess(100, "x".repeat(80), 110), probableExcess(100, "x", 110), probableExcess(100, "x", null)]).toEqual([10, 0, 0]);
});
