/** Written by `python tests/server/typescript_shapes.py` from the verbs' shapes; a test compares them. */

import type { Options } from "./assistants";
import type { Seal, Zone } from "./nouns";

export interface Picture {
  readonly data: string;
  readonly media_type?: string;
}

export interface AskMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content?: string | readonly Readonly<Record<string, unknown>>[] | null;
  readonly images?: readonly Picture[];
  readonly tool_calls?: readonly Readonly<Record<string, unknown>>[];
  readonly tool_call_id?: string;
}

export interface AdapterScale {
  readonly index: number;
  readonly scale: number;
}

/** `messages` are what is said now; in their place `again` names a question of the `conversation`.
 *
 * `files` are absolute paths, or references of files that were attached in the app.
 */
export interface Ask {
  readonly messages?: readonly AskMessage[];
  readonly again?: string | null;
  readonly conversation?: string | null;
  readonly parent?: string | null;
  readonly model?: string | null;
  readonly label?: string | null;
  readonly folder?: string | null;
  readonly files?: readonly string[];
  readonly pictures?: readonly string[];
  readonly options?: Options;
  readonly schema?: Readonly<Record<string, unknown>> | null;
  readonly schema_file?: readonly string[];
  readonly tools?: readonly Readonly<Record<string, unknown>>[];
  readonly adapters?: readonly AdapterScale[];
  readonly keep_seconds?: number | null;
  readonly top_logprobs?: number;
  readonly is_piped?: boolean;
  readonly is_preview?: boolean;
}

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly cached_tokens: number;
}

export interface Timings {
  readonly first_token_ms: number;
  readonly tokens_per_second: number;
  readonly prompt_ms: number;
}

/** How an answer ended and what it took; all of it null for one that did not end. */
export interface Ended {
  readonly finish_reason: "stop" | "length" | "tool_calls" | "refused" | null;
  readonly usage: Usage | null;
  readonly timings: Timings | null;
}

export interface ToolCall {
  readonly call_id: string;
  readonly name: string;
  readonly arguments: string;
}

export interface Reason {
  readonly code: string;
  readonly words: string;
}

export interface Considered {
  readonly model: string;
  readonly reason: Reason;
}

/** `flips` are sentences that say what would have led elsewhere. */
export interface Route {
  readonly kind: "route";
  readonly model: string;
  readonly reasons: readonly Reason[];
  readonly considered: readonly Considered[];
  readonly flips: readonly string[];
}

/** `remedies` are what a person can do, most useful first. */
export interface Refusal {
  readonly kind: "refusal";
  readonly reasons: readonly Reason[];
  readonly considered: readonly Considered[];
  readonly remedies: readonly string[];
}

/** `sequence` is its number in the ledger. */
export interface Sent {
  readonly provider: string;
  readonly body_bytes: number;
  readonly sequence: number;
}

/** A model that fits this computer better than the starter; `reference` is what `pull` takes. */
export interface Offer {
  readonly name: string;
  readonly reference: string;
  readonly size_bytes: number;
  readonly words_per_second: number | null;
}

export interface Citation {
  readonly number: number;
  readonly words: string;
}

/** `path` is null for a file that came as bytes, `passage_id` for one that went whole. */
export interface LocatedCitation extends Citation {
  readonly path: string | null;
  readonly passage_id: number | null;
}

/** `model` and `zone` are null where the decision is a refusal, the three ids where nothing is remembered. */
export interface Answer extends Ended {
  readonly schema: number;
  readonly answer: string;
  readonly thinking: string;
  readonly thinking_seconds: number | null;
  readonly tool_calls: readonly ToolCall[];
  readonly model: string | null;
  readonly zone: Zone | null;
  readonly decision: Route | Refusal;
  readonly sent: Sent | null;
  readonly jail: Seal | null;
  readonly notes: readonly string[];
  readonly offer: Offer | null;
  readonly passages_read: number;
  readonly passages_in_all: number;
  readonly files_read: number;
  readonly citations: readonly LocatedCitation[];
  readonly conversation: string | null;
  readonly question: string | null;
  readonly turn: string | null;
}

/** What `ask` gives with `is_preview`: nothing was sent. */
export interface Preview {
  readonly schema: number;
  readonly decision: Route | Refusal;
  readonly leaves: boolean;
}
