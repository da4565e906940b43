/** What the chat asks of the store, and what comes back as the page keeps it. */

import { call } from "../api/client";
import { AspenError } from "../api/errors";
import type { Arguments, Verb } from "../api/verbs";
import { keptHereIn, type KeptHere, type Turn, turnIn } from "./turns";
import { listIn, objectIn, objectsIn, textIn, textOrNull, type Told } from "./wire";

/** What may happen to what is typed in a conversation: a word of people's. */
export type Word = "stays-here" | "my-servers" | "ask" | "may-leave";

export interface Card {
  readonly id: string;
  readonly title: string;
  readonly model: string | null;
  readonly word: Word;
  readonly isPinned: boolean;
  /** The folder of its project; empty for none. */
  readonly project: string;
  readonly changedAt: string;
}

export interface View {
  readonly card: Card;
  readonly turns: readonly Turn[];
  readonly hasOlder: boolean;
  /** How many tokens of the context are the instructions of the conversation; null where that is not known. */
  readonly system: string | null;
}

export interface Found {
  readonly conversation: string;
  readonly title: string;
  readonly turn: string;
  readonly excerpt: string;
  /** Where in the excerpt the words stand, in UTF-16 units. */
  readonly marks: readonly (readonly [number, number])[];
}

type KeyOf = (turn: string) => string | undefined;

const WORDS: readonly Word[] = ["stays-here", "my-servers", "ask", "may-leave"];
const PAGE_TURNS = 40;

/** Verbs that this Aspen turned out not to know: they are not asked for twice. */
const unknown = new Set<string>();

/** Return a conversation up to its current leaf, or to the turn before `beforeTurn`; the newest turns of it. */
export async function readConversation(conversation: string, keyOf: KeyOf, beforeTurn?: string, count = PAGE_TURNS): Promise<View> {
  const asked = { conversation, count, ...(beforeTurn ? { before_turn: beforeTurn } : {}) };
  const told = await callIfKnown("conversation", asked);
  if (told !== null) return viewIn(told, "turns", keyOf);
  const opened = await callLoosely("open_conversation", { words: conversation, is_exact: true });
  const view = viewIn(opened, "messages", keyOf);
  return { ...view, hasOlder: false };
}

/** Go on from a turn, or from the newest one below it. */
export async function chooseBranch(conversation: string, turn: string): Promise<void> {
  await callLoosely("choose_branch", { conversation, turn });
}

export async function listConversations(after?: string): Promise<{ cards: readonly Card[]; hasMore: boolean }> {
  const told = await callLoosely("list_conversations", after ? { after } : {});
  return { cards: objectsIn(told, "conversations").map(cardIn), hasMore: told["has_more"] === true };
}

export async function renameConversation(conversation: string, title: string): Promise<Card> {
  return cardIn(await callLoosely("rename_conversation", { words: conversation, title }));
}

export async function labelConversation(conversation: string, word: Word): Promise<Card> {
  return cardIn(await callLoosely("label_conversation", { words: conversation, label: word }));
}

export async function deleteConversation(conversation: string): Promise<void> {
  await callLoosely("delete_conversation", { words: conversation });
}

export async function restoreConversation(conversation: string): Promise<void> {
  await callLoosely("restore_conversation", { words: conversation });
}

export async function pinConversation(conversation: string, isPinned: boolean): Promise<void> {
  await callLoosely("pin_conversation", { conversation, is_pinned: isPinned });
}

/** Keep a message here, or a passage of it, or let it go along again. */
export async function keepHere(conversation: string, turn: string, passage: string | null, isUndone: boolean): Promise<KeptHere | null> {
  const what = { ...(passage === null ? {} : { passage }), ...(isUndone ? { undo: true } : {}) };
  return keptHereIn((await callLoosely("keep_here", { conversation, turn, ...what }))["kept_here"]);
}

/** Let leave what was said up to a turn, as far as nobody has said anything of it. */
export async function letLeave(conversation: string, turn: string): Promise<void> {
  await callLoosely("let_leave", { conversation, turn });
}

/** Search all titles and texts. */
export async function searchConversations(text: string): Promise<readonly Found[]> {
  const told = await callLoosely("search", { text });
  return objectsIn(told, "found").map((each) => ({
    conversation: textIn(each, "conversation"),
    title: textIn(each, "title"),
    turn: textIn(each, "turn"),
    excerpt: textIn(each, "excerpt"),
    marks: listIn(each, "marks").filter(isMark),
  }));
}

/** Keep what stands in the composer; the store is the only place where words are kept. */
export async function keepDraft(conversation: string, text: string): Promise<void> {
  await callIfKnown("keep_draft", { conversation, text });
}

export async function readDraft(conversation: string): Promise<string> {
  return textIn((await callIfKnown("read_draft", { conversation })) ?? {}, "text");
}

/** Call a verb and read the answer field by field. */
export async function callLoosely(verb: string, given: Told, signal?: AbortSignal): Promise<Told> {
  return objectIn(await call(verb as Verb, given as Arguments<Verb>, signal ? { signal } : {}));
}

/** Call a verb that not every Aspen has; null from one that has not. */
async function callIfKnown(verb: string, given: Told): Promise<Told | null> {
  if (unknown.has(verb)) return null;
  try {
    return await callLoosely(verb, given);
  } catch (error) {
    if (!(error instanceof AspenError) || error.code !== "misused" || !error.sentence.includes(`'${verb}'`)) throw error;
    unknown.add(verb);
    return null;
  }
}

function isMark(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === "number");
}

export function cardIn(told: Told): Card {
  const word = textIn(told, "word");
  return {
    id: textIn(told, "conversation"),
    title: textIn(told, "title"),
    model: textOrNull(told, "model"),
    word: WORDS.find((known) => known === word) ?? "ask",
    isPinned: told["is_pinned"] === true,
    project: textIn(told, "project"),
    changedAt: textIn(told, "changed_at"),
  };
}

function viewIn(told: Told, turnsName: string, keyOf: KeyOf): View {
  const turns = objectsIn(told, turnsName).map((each) => turnIn(each, keyOf));
  const unanswered = turnsName === "messages" ? textIn(told, "unanswered") : "";
  const last: Told = { turn: "unanswered", role: "user", text: unanswered };
  const pending = unanswered === "" ? null : turnIn(last, keyOf);
  return {
    card: cardIn("card" in told ? objectIn(told["card"]) : told),
    turns: [...turns, pending].filter((turn) => turn !== null),
    hasOlder: told["has_more"] === true,
    system: textOrNull(told, "system"),
  };
}
