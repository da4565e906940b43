/** The turns of a conversation as the page shows them: one path through the tree, each turn with those beside it. */

import type * as Shapes from "../api/shapes";
import { type Decision, decisionIn } from "./decision";
import { type Attached, attachedIn } from "../files/attached";
import { size } from "../words/amounts";
import { words } from "../words/words";
import { numberOrNull, objectsIn, type Some, textIn, textOrNull, textsIn } from "./wire";

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

export interface KeptFile {
  readonly name: string;
  readonly note: string;
  /** Of a picture: the hash that it is shown by. */
  readonly sha256: string | null;
  /** Of a passage: its number, and where it stands. */
  readonly number: number | null;
  readonly words: string;
}

/** A numbered passage, by the words that a person finds it by. */
export interface NumberedPassage {
  readonly number: number;
  readonly words: string;
}

export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens: number;
}

export interface Timings {
  readonly firstTokenMs: number | null;
  readonly tokensPerSecond: number | null;
}

/** What left this computer for an answer; `sequence` is its number in the ledger. */
export interface Sent {
  readonly provider: string;
  readonly bodyBytes: number;
  readonly sequence: number;
}

export interface Turn {
  /** Names the turn's elements on the page, and stays when the turn gets its id. */
  readonly key: string;
  /** Its id in the store; empty until it is remembered. */
  readonly turn: string;
  readonly role: "user" | "assistant" | "tool";
  readonly text: string;
  readonly thinking: string;
  readonly thinkingSeconds: number | null;
  readonly toolCalls: readonly ToolCall[];
  readonly files: readonly KeptFile[];
  /** Of a question: what was attached in the app, and can go along again. */
  readonly attached: readonly Attached[];
  /** Of an answer: what was read of the files, in sentences, and what it cites. */
  readonly read: readonly string[];
  readonly citations: readonly NumberedPassage[];
  readonly wasStopped: boolean;
  /** The ids of all turns at this place of the tree, itself included, oldest first. */
  readonly siblings: readonly string[];
  readonly model: string | null;
  /** `machine`, `own_servers` or `cloud`; null where it is not known. */
  readonly zone: string | null;
  readonly finish: string | null;
  readonly decision: Decision | null;
  readonly sent: Sent | null;
  readonly usage: Usage | null;
  readonly timings: Timings | null;
  readonly notes: readonly string[];
  /** What a person keeps here of it, which models elsewhere are not shown; null where nothing is. */
  readonly keptHere: KeptHere | null;
}

/** Without passages the whole of a message. */
export interface KeptHere {
  readonly isWhole: boolean;
  readonly passages: readonly string[];
}

/** A turn as the store shows it. */
export type ShownTurn = Shapes.View["turns"][number];

const BLANK: Omit<Turn, "key" | "role" | "text"> = {
  turn: "",
  thinking: "",
  thinkingSeconds: null,
  toolCalls: [],
  files: [],
  attached: [],
  read: [],
  citations: [],
  wasStopped: false,
  siblings: [],
  model: null,
  zone: null,
  finish: null,
  decision: null,
  sent: null,
  usage: null,
  timings: null,
  notes: [],
  keptHere: null,
};

export function newTurn(key: string, role: Turn["role"], text: string): Turn {
  return { ...BLANK, key, role, text };
}

/** Read a turn of the store. It is named by its id unless the page knew it before it had one. */
export function turnIn(told: Some<ShownTurn>, keyOf: (turn: string) => string | undefined): Turn | null {
  const turn = textIn(told, "turn");
  const role = textIn(told, "role");
  if (turn === "" || (role !== "user" && role !== "assistant" && role !== "tool")) return null;
  const answer: Some<Shapes.AnswerTurn> = told.role === "assistant" ? told : {};
  const decision = decisionIn(answer.decision);
  return {
    ...newTurn(keyOf(turn) ?? turn, role, textIn(told, "text")),
    turn,
    thinking: textIn(told, "thinking"),
    thinkingSeconds: numberOrNull(told, "thinking_seconds"),
    keptHere: keptHereIn(told.kept_here),
    toolCalls: toolCallsIn(told),
    files: objectsIn(told, "files").map(fileIn),
    attached: objectsIn(told, "attached").map(attachedIn),
    read: textsIn(told, "read"),
    citations: objectsIn(answer, "citations").map(passageIn),
    wasStopped: told.was_stopped === true,
    siblings: textsIn(told, "siblings"),
    model: textOrNull(told, "model") ?? decision?.model ?? null,
    zone: textOrNull(told, "zone"),
    finish: textOrNull(told, "finish_reason"),
    decision,
    sent: sentIn(answer.sent),
    usage: usageIn(answer.usage),
    timings: timingsIn(answer.timings),
  };
}

export function toolCallsIn(told: { readonly tool_calls?: readonly Shapes.ToolCall[] }): readonly ToolCall[] {
  return objectsIn(told, "tool_calls").map((call) => ({
    id: textIn(call, "call_id"),
    name: textIn(call, "name"),
    arguments: textIn(call, "arguments"),
  }));
}

export function keptHereIn(told: Shapes.KeptHere | null | undefined): KeptHere | null {
  return told ? { isWhole: told.is_whole === true, passages: textsIn(told, "passages") } : null;
}

export function sentIn(value: Some<Shapes.Sent> | null | undefined): Sent | null {
  const told: Some<Shapes.Sent> = value ?? {};
  const provider = textIn(told, "provider");
  if (provider === "") return null;
  return { provider, bodyBytes: numberOrNull(told, "body_bytes") ?? 0, sequence: numberOrNull(told, "sequence") ?? 0 };
}

export function usageIn(value: Shapes.Usage | null | undefined): Usage | null {
  const told: Some<Shapes.Usage> = value ?? {};
  const promptTokens = numberOrNull(told, "prompt_tokens");
  const completionTokens = numberOrNull(told, "completion_tokens");
  if (promptTokens === null || completionTokens === null) return null;
  return { promptTokens, completionTokens, cachedTokens: numberOrNull(told, "cached_tokens") ?? 0 };
}

export function timingsIn(told: Shapes.Timings | null | undefined): Timings | null {
  if (!told) return null;
  return { firstTokenMs: numberOrNull(told, "first_token_ms"), tokensPerSecond: numberOrNull(told, "tokens_per_second") };
}

/** Return the place of a turn among those beside it, from 1; null where it is alone. */
export function placeAmong(turn: Turn): { readonly at: number; readonly of: number } | null {
  const at = turn.siblings.indexOf(turn.turn);
  return at < 0 || turn.siblings.length < 2 ? null : { at: at + 1, of: turn.siblings.length };
}

/** Return the path without the questions at its end that nobody answered. */
export function answeredPart(turns: readonly Turn[]): readonly Turn[] {
  return turns.slice(0, turns.findLastIndex((turn) => turn.role === "assistant") + 1);
}

function fileIn(told: Some<Shapes.KeptFile>): KeptFile {
  const bytes = numberOrNull(told, "size_bytes");
  return {
    name: textIn(told, "name") || words.chat.picture,
    note: bytes === null ? "" : size(bytes),
    sha256: textOrNull(told, "sha256"),
    number: numberOrNull(told, "number"),
    words: textIn(told, "words"),
  };
}

export function passageIn(told: Some<Shapes.Citation>): NumberedPassage {
  return { number: numberOrNull(told, "number") ?? 0, words: textIn(told, "words") };
}
