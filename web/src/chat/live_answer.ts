/** An answer while it comes: each frame of the run makes the next state. It keeps no clock and asks nobody. */

import { type AspenError, errorIn } from "../api/errors";
import type { Frame } from "../api/events";
import type { Answer, EventFrame, ProgressEvent, RememberedIds, ToolCallEvent } from "../api/shapes";
import { type Decision, decisionIn } from "./decision";
import { type NumberedPassage, passageIn, type Sent, sentIn, timingsIn, type ToolCall, toolCallsIn, type Turn, usageIn } from "./turns";
import { numberOrNull, objectIn, objectsIn, type Some, textIn, textOrNull, textsIn } from "./wire";

/** What goes on before and while words come. */
export type Stage = "begin" | "read" | "fetch" | "load" | "prompt" | "approval" | "think" | "write";

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly what: string;
}

/** Exactly these bytes wait at the gate for a person. */
export interface Approval {
  readonly nonce: string;
  readonly provider: string;
}

export type Outcome =
  | { readonly kind: "answered"; readonly result: Some<Answer> }
  | { readonly kind: "refused"; readonly decision: Decision }
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly error: AspenError };

export interface LiveAnswer {
  readonly stage: Stage;
  readonly progress: Progress | null;
  readonly text: string;
  readonly thinking: string;
  readonly thinkingSince: number | null;
  readonly thinkingSeconds: number | null;
  readonly toolCalls: readonly ToolCall[];
  readonly notes: readonly string[];
  /** What was read of the files that went along, in sentences. */
  readonly read: readonly string[];
  /** The passages that went along, for what the answer cites. */
  readonly passages: readonly NumberedPassage[];
  readonly decision: Decision | null;
  /** Where it is remembered; empty until it is. */
  readonly conversation: string;
  readonly question: string;
  readonly turn: string;
  readonly approval: Approval | null;
  readonly sent: Sent | null;
  readonly outcome: Outcome | null;
}

export const NOTHING_YET: LiveAnswer = {
  stage: "begin",
  progress: null,
  text: "",
  thinking: "",
  thinkingSince: null,
  thinkingSeconds: null,
  toolCalls: [],
  notes: [],
  read: [],
  passages: [],
  decision: null,
  conversation: "",
  question: "",
  turn: "",
  approval: null,
  sent: null,
  outcome: null,
};

const STAGES: Readonly<Record<string, Stage>> = { read: "read", fetch: "fetch", load: "load", prompt: "prompt" };

/** Return the answer after a frame; a frame that is not known changes nothing. */
export function grown(answer: LiveAnswer, frame: Frame, nowMs: number): LiveAnswer {
  const error = errorIn(frame);
  if (error !== null) return { ...answer, approval: null, outcome: { kind: "failed", error } };
  if ("result" in frame) return finished(answer, objectIn(frame["result"]) as Some<Answer>);
  return afterEvent(answer, frame as Some<EventFrame>, nowMs);
}

function afterEvent(answer: LiveAnswer, frame: Some<EventFrame>, nowMs: number): LiveAnswer {
  switch (frame.event) {
    case "text":
      return { ...thoughtOver(answer, nowMs), stage: "write", progress: null, text: answer.text + textIn(frame, "text") };
    case "thinking":
      return {
        ...answer,
        stage: "think",
        progress: null,
        thinking: answer.thinking + textIn(frame, "text"),
        thinkingSince: answer.thinkingSince ?? nowMs,
      };
    case "tool_call":
      return { ...thoughtOver(answer, nowMs), stage: "write", progress: null, toolCalls: withCall(answer.toolCalls, frame) };
    case "progress":
      return { ...answer, stage: STAGES[textIn(frame, "stage")] ?? answer.stage, progress: progressIn(frame) };
    case "decision":
      return { ...answer, decision: decisionIn(frame) };
    case "remembered":
      return { ...answer, ...idsIn(frame) };
    case "read":
      return { ...answer, read: [...answer.read, textIn(frame, "text")] };
    case "passages":
      return { ...answer, passages: [...answer.passages, ...objectsIn(frame, "passages").map(passageIn)] };
    case "note":
      return { ...answer, notes: [...answer.notes, textIn(frame, "text")] };
    case "awaiting_approval":
      return {
        ...answer,
        stage: "approval",
        approval: { nonce: textIn(frame, "nonce"), provider: textIn(frame, "provider") },
      };
    case "sent":
      return { ...answer, stage: "begin", approval: null, sent: sentIn(frame) };
    case "stopped":
      return { ...answer, approval: null, outcome: { kind: "stopped" } };
    default:
      return answer;
  }
}

/** Return the answer as a turn, as it is now or as it ended. */
export function asTurn(answer: LiveAnswer, key: string): Turn {
  const result: Some<Answer> = answer.outcome?.kind === "answered" ? answer.outcome.result : {};
  return {
    key,
    turn: answer.turn,
    role: "assistant",
    text: answer.text,
    thinking: answer.thinking,
    thinkingSeconds: answer.thinkingSeconds,
    toolCalls: answer.toolCalls,
    files: [],
    attached: [],
    read: answer.read,
    citations: objectsIn(result, "citations").map(passageIn),
    wasStopped: answer.outcome !== null && answer.outcome.kind !== "answered",
    siblings: [],
    model: textOrNull(result, "model") ?? answer.decision?.model ?? null,
    zone: textOrNull(result, "zone"),
    finish: textOrNull(result, "finish_reason"),
    decision: answer.decision,
    sent: answer.sent,
    usage: usageIn(result.usage),
    timings: timingsIn(result.timings),
    notes: answer.notes,
    keptHere: null,
  };
}

function finished(answer: LiveAnswer, result: Some<Answer>): LiveAnswer {
  const decision = decisionIn(result.decision) ?? answer.decision;
  if (decision?.isRefusal) return { ...answer, approval: null, decision, outcome: { kind: "refused", decision } };
  const calls = toolCallsIn(result);
  return {
    ...answer,
    ...idsIn(result, answer),
    // The result holds the whole answer: what was coalesced or missed on the way does not matter.
    text: result.answer ?? answer.text,
    thinking: textIn(result, "thinking") || answer.thinking,
    thinkingSeconds: numberOrNull(result, "thinking_seconds") ?? answer.thinkingSeconds,
    toolCalls: calls.length > 0 ? calls : answer.toolCalls,
    notes: textsIn(result, "notes").length > 0 ? textsIn(result, "notes") : answer.notes,
    sent: sentIn(result.sent) ?? answer.sent,
    decision,
    progress: null,
    approval: null,
    outcome: { kind: "answered", result },
  };
}

function thoughtOver(answer: LiveAnswer, nowMs: number): LiveAnswer {
  if (answer.thinkingSince === null || answer.thinkingSeconds !== null) return answer;
  return { ...answer, thinkingSeconds: (nowMs - answer.thinkingSince) / 1000 };
}

function withCall(calls: readonly ToolCall[], frame: Some<ToolCallEvent>): readonly ToolCall[] {
  const index = numberOrNull(frame, "index") ?? calls.length;
  const before = calls[index] ?? { id: "", name: "", arguments: "" };
  const next = [...calls];
  next[index] = {
    id: before.id || textIn(frame, "call_id"),
    name: before.name || textIn(frame, "name"),
    arguments: before.arguments + textIn(frame, "arguments"),
  };
  return next;
}

function progressIn(frame: Some<ProgressEvent>): Progress {
  return { done: numberOrNull(frame, "done") ?? 0, total: numberOrNull(frame, "total") ?? 0, what: textIn(frame, "what") };
}

function idsIn(told: Some<RememberedIds | Answer>, before?: LiveAnswer): Pick<LiveAnswer, "conversation" | "question" | "turn"> {
  return {
    conversation: textIn(told, "conversation") || (before?.conversation ?? ""),
    question: textIn(told, "question") || (before?.question ?? ""),
    turn: textIn(told, "turn") || (before?.turn ?? ""),
  };
}
