/** What the chat asks of the store, and what comes back as the page keeps it. */

import { call } from "../api/client";
import type { Card as ShownCard, View as ShownView, Word } from "../api/shapes";
import { keptHereIn, type KeptHere, type Turn, turnIn } from "./turns";
import { listIn, objectsIn, type Some, textIn, textOrNull } from "./wire";

/** What may happen to what is typed in a conversation: a word of people's. */
export type { Word };

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
  /** The instructions of the conversation; null where it has none. */
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

/** Return a conversation up to its current leaf, or to the turn before `beforeTurn`; the newest turns of it. */
export async function readConversation(conversation: string, keyOf: KeyOf, beforeTurn?: string, count = PAGE_TURNS): Promise<View> {
  const asked = { conversation, count, ...(beforeTurn ? { before_turn: beforeTurn } : {}) };
  return viewIn(await call("conversation", asked), keyOf);
}

/** Go on from a turn, or from the newest one below it. */
export async function chooseBranch(conversation: string, turn: string): Promise<void> {
  await call("choose_branch", { conversation, turn });
}

export async function listConversations(after?: string): Promise<{ cards: readonly Card[]; hasMore: boolean }> {
  const told = await call("list_conversations", after ? { after } : {});
  return { cards: objectsIn(told, "conversations").map(cardIn), hasMore: told.has_more === true };
}

export async function renameConversation(conversation: string, title: string): Promise<Card> {
  return cardIn(await call("rename_conversation", { words: conversation, title }));
}

export async function labelConversation(conversation: string, word: Word): Promise<Card> {
  return cardIn(await call("label_conversation", { words: conversation, label: word }));
}

export async function deleteConversation(conversation: string): Promise<void> {
  await call("delete_conversation", { words: conversation });
}

export async function restoreConversation(conversation: string): Promise<void> {
  await call("restore_conversation", { words: conversation });
}

export async function pinConversation(conversation: string, isPinned: boolean): Promise<void> {
  await call("pin_conversation", { conversation, is_pinned: isPinned });
}

/** Keep a message here, or a passage of it, or let it go along again. */
export async function keepHere(conversation: string, turn: string, passage: string | null, isUndone: boolean): Promise<KeptHere | null> {
  const what = { ...(passage === null ? {} : { passage }), ...(isUndone ? { undo: true } : {}) };
  return keptHereIn((await call("keep_here", { conversation, turn, ...what })).kept_here);
}

/** Let leave what was said up to a turn, as far as nobody has said anything of it. */
export async function letLeave(conversation: string, turn: string): Promise<void> {
  await call("let_leave", { conversation, turn });
}

/** Search all titles and texts. */
export async function searchConversations(text: string): Promise<readonly Found[]> {
  const told = await call("search", { text });
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
  await call("keep_draft", { conversation, text });
}

export async function readDraft(conversation: string): Promise<string> {
  return textIn(await call("read_draft", { conversation }), "text");
}

function isMark(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === "number");
}

function cardIn(told: Some<ShownCard>): Card {
  const word = textIn(told, "word");
  return {
    id: textIn(told, "conversation"),
    title: textIn(told, "title"),
    model: textOrNull(told, "model"),
    word: WORDS.find((known) => known === word) ?? "ask",
    isPinned: told.is_pinned === true,
    project: textIn(told, "project"),
    changedAt: textIn(told, "changed_at"),
  };
}

function viewIn(told: ShownView, keyOf: KeyOf): View {
  return {
    card: cardIn(told),
    turns: objectsIn(told, "turns")
      .map((each) => turnIn(each, keyOf))
      .filter((turn) => turn !== null),
    hasOlder: told.has_more === true,
    system: textOrNull(told, "system"),
  };
}
