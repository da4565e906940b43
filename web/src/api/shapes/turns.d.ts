/** Written by `python tests/server/typescript_shapes.py` from the verbs' shapes; a test compares them. */

import type { Citation, Ended, Refusal, Route, Sent, ToolCall } from "./answers";
import type { Conversation, OfConversation } from "./conversations";
import type { AttachedFile, AttachedOnce } from "./files";
import type { Label, Word, Zone } from "./nouns";

/** `before_turn` asks for the page above a turn; `showing` names one that must be among them. */
export interface ViewConversation extends OfConversation {
  readonly count?: number;
  readonly leaf?: string | null;
  readonly before_turn?: string | null;
  readonly showing?: string | null;
}

export interface ToolResult {
  readonly call_id: string;
  readonly text: string;
}

/** A text has a `name`; one that is a numbered passage has `number` and `words`. A picture has the rest. */
export interface KeptFile {
  readonly name: string | null;
  readonly size_bytes: number;
  readonly kind: "text" | "picture";
  readonly number?: number;
  readonly words?: string;
  readonly media_type?: string;
  readonly sha256?: string;
}

export interface KeptHere {
  readonly is_whole: boolean;
  readonly passages: readonly string[];
}

/** `siblings` are all versions of this turn, itself among them, oldest first. */
export interface TurnOfAny {
  readonly turn: string;
  readonly parent: string | null;
  readonly text: string;
  readonly thinking: string;
  readonly tool_calls: readonly ToolCall[];
  readonly tool_results: readonly ToolResult[];
  readonly files: readonly KeptFile[];
  readonly word: Word;
  readonly label: Label;
  readonly siblings: readonly string[];
  readonly created_at: string;
  readonly was_stopped: boolean;
  readonly kept_here: KeptHere | null;
}

export interface QuestionTurn extends TurnOfAny {
  readonly role: "user";
  readonly attached: readonly AttachedOnce[];
}

/** What an older Aspen did not keep is null. */
export interface AnswerTurn extends TurnOfAny, Ended {
  readonly role: "assistant";
  readonly model: string | null;
  readonly decision: Route | Refusal | null;
  readonly zone: Zone | null;
  readonly sent: Sent | null;
  readonly thinking_seconds: number | null;
  readonly ended_at: string | null;
  readonly read: readonly string[];
  readonly citations: readonly Citation[];
}

export interface OtherTurn extends TurnOfAny {
  readonly role: "system" | "tool";
}

/** `leaf` is the turn that the branch ends with; null for a conversation without turns. */
export interface View extends Conversation {
  readonly system: string | null;
  readonly draft: string;
  readonly leaf: string | null;
  readonly turns: readonly (QuestionTurn | AnswerTurn | OtherTurn)[];
  readonly has_more: boolean;
}

export interface OfTurn extends OfConversation {
  readonly turn: string;
}

export interface ChooseBranch extends OfTurn {
  readonly count?: number;
}

/** `passage` are exact words of the message; without, the whole message is meant. */
export interface KeepHere extends OfTurn {
  readonly passage?: string | null;
  readonly undo?: boolean;
}

export interface KeptOfTurn {
  readonly schema: number;
  readonly conversation: string;
  readonly turn: string;
  readonly kept_here: KeptHere | null;
}

export interface ChangedTurn {
  readonly turn: string;
  readonly word: Word;
}

export interface LetLeave {
  readonly schema: number;
  readonly conversation: string;
  readonly changed: readonly ChangedTurn[];
}

export interface KeepDraft extends OfConversation {
  readonly text?: string | null;
}

export interface Draft {
  readonly schema: number;
  readonly conversation: string;
  readonly text: string;
  readonly changed_at: string | null;
  readonly attached: readonly AttachedFile[];
  readonly is_encrypted: boolean;
}
