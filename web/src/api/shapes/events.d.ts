/** Written by `python tests/server/typescript_shapes.py` from the verbs' shapes; a test compares them. */

import type { Citation, Refusal, Route, Sent } from "./answers";
import type { Project } from "./places";

export interface TextEvent {
  readonly event: "text";
  readonly text: string;
  readonly logprobs?: readonly Readonly<Record<string, unknown>>[];
}

export interface ThinkingEvent {
  readonly event: "thinking";
  readonly text: string;
}

/** A piece of the call with this `index`. */
export interface ToolCallEvent {
  readonly event: "tool_call";
  readonly index: number;
  readonly call_id: string | null;
  readonly name: string | null;
  readonly arguments: string;
}

/** `total` is null or 0 where nobody knows. */
export interface ProgressEvent {
  readonly event: "progress";
  readonly stage: string;
  readonly done: number;
  readonly total: number | null;
  readonly what: string;
}

/** Exactly these bytes wait at the gate for a person. `project` is there where the question has a folder. */
export interface AwaitingApprovalEvent {
  readonly event: "awaiting_approval";
  readonly nonce: string;
  readonly body_sha256: string;
  readonly provider: string;
  readonly project?: Project;
}

export interface SentEvent extends Sent {
  readonly event: "sent";
}

export interface RouteEvent extends Route {
  readonly event: "decision";
}

export interface RefusalEvent extends Refusal {
  readonly event: "decision";
}

export interface RememberedIds {
  readonly conversation: string;
  readonly question: string;
  readonly turn: string;
}

export interface RememberedEvent extends RememberedIds {
  readonly event: "remembered";
  readonly is_encrypted: boolean;
}

/** `read` says what was read of files, `note` what is worth knowing. */
export interface SentenceEvent {
  readonly event: "read" | "note";
  readonly text: string;
}

export interface PassagesEvent {
  readonly event: "passages";
  readonly passages: readonly Citation[];
}

/** What `pull` will fetch. `name` is a reference that `pull` takes. */
export interface PlanEvent {
  readonly event: "plan";
  readonly name: string;
  readonly files: readonly string[];
  readonly size_bytes: number;
  readonly fit: string;
  readonly words_per_second: number | null;
  readonly free_disk_bytes: number;
}

export interface StoppedEvent {
  readonly event: "stopped";
}

/** `remembered` says where its answer is kept; null until it is. */
export interface RunCard {
  readonly run: string;
  readonly verb: string;
  readonly conversation: string | null;
  readonly event_count: number;
  readonly is_over: boolean;
  readonly remembered: RememberedIds | null;
}
