/** Written by `python tests/server/typescript_shapes.py` from the verbs' shapes; a test compares them. */

import type { Label, Word } from "./nouns";

/** `after` is the last id of the page before. */
export interface ListConversations {
  readonly count?: number;
  readonly after?: string | null;
  readonly project?: string | null;
  readonly deleted?: boolean;
}

/** `project` is its folder; `model` is null where Aspen chooses. */
export interface Card {
  readonly conversation: string;
  readonly title: string;
  readonly model: string | null;
  readonly word: Word;
  readonly label: Label;
  readonly turn_count: number;
  readonly is_pinned: boolean;
  readonly project: string | null;
  readonly created_at: string;
  readonly changed_at: string;
  readonly deleted_at: string | null;
}

export interface Conversations {
  readonly schema: number;
  readonly conversations: readonly Card[];
  readonly has_more: boolean;
  readonly is_encrypted: boolean;
}

export interface OpenConversation {
  readonly words?: string | null;
  readonly is_exact?: boolean;
}

export interface Conversation extends Card {
  readonly schema: number;
  readonly is_encrypted: boolean;
}

export interface KeptMessage {
  readonly turn: string;
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly text: string;
  readonly was_stopped: boolean;
}

/** `turn` is the last answer's, and `unanswered` what was said after it; both empty where there is none. */
export interface OpenedConversation extends Conversation {
  readonly system: string | null;
  readonly messages: readonly KeptMessage[];
  readonly turn: string;
  readonly unanswered: string;
}

export interface InWords {
  readonly words: string;
}

export interface Rename extends InWords {
  readonly title: string;
}

export interface LabelChat extends InWords {
  readonly label: string;
}

export interface DeleteChat extends InWords {
  readonly for_good?: boolean;
}

export interface OfConversation {
  readonly conversation: string;
}

export interface PinChat extends OfConversation {
  readonly is_pinned: boolean;
}

/** `before` is what the page before gave. */
export interface Search {
  readonly text?: string;
  readonly count?: number;
  readonly before?: string | null;
}

/** `turn` and `role` are null for a title. `marks` are pairs of a beginning and an end in UTF-16 units. */
export interface SearchHit {
  readonly conversation: string;
  readonly title: string;
  readonly turn: string | null;
  readonly role: string | null;
  readonly when: string;
  readonly excerpt: string;
  readonly marks: readonly readonly number[][];
}

export interface SearchHits {
  readonly schema: number;
  readonly found: readonly SearchHit[];
  readonly has_more: boolean;
  readonly before: string | null;
  readonly is_encrypted: boolean;
}

export interface ExportText extends OfConversation {
  readonly form: "json" | "markdown";
}

export interface ExportedText {
  readonly schema: number;
  readonly title: string;
  readonly text: string;
}
