/** The types of the app's API, in the shape that `openapi-typescript` writes them. By hand, but for those of `shapes`. */

import type * as Shapes from "./shapes";

interface Post<Arguments, Result> {
  post: {
    requestBody: { content: { "application/json": Arguments } };
    responses: { 200: { content: { "application/json": Result } } };
  };
}

type Nothing = Record<string, never>;
type Schemas = components["schemas"];

export interface paths {
  "/api/call/models": Post<Nothing, Schemas["Models"]>;
  "/api/call/show": Post<{ name: string }, Schemas["ShownModel"]>;
  "/api/call/ps": Post<Nothing, Schemas["Processes"]>;
  "/api/call/setup": Post<Nothing, Schemas["Setup"]>;
  "/api/call/list_conversations": Post<{ count?: number; after?: string }, Schemas["Conversations"]>;
  "/api/call/open_conversation": Post<{ words?: string; is_exact?: boolean }, Schemas["OpenedConversation"]>;
  "/api/call/rename_conversation": Post<{ words: string; title: string }, Schemas["Conversation"]>;
  "/api/call/label_conversation": Post<{ words: string; label: string }, Schemas["Conversation"]>;
  "/api/call/delete_conversation": Post<{ words: string; for_good?: boolean }, Schemas["Conversation"]>;
  "/api/call/restore_conversation": Post<{ words: string }, Schemas["Conversation"]>;
  "/api/call/list_labels": Post<Nothing, Schemas["Labels"]>;
  "/api/call/ask": Post<Record<string, unknown>, Schemas["Answer"]>;
}

export interface components {
  schemas: {
    Reason: { code: string; words: string };
    Decision: {
      kind: "route" | "refusal";
      model?: string;
      reasons: Schemas["Reason"][];
      considered: { model: string; reason: Schemas["Reason"] }[];
      flips?: string[];
      remedies?: string[];
    };
    Probe: { name: string; blocked: boolean; detail: string };
    Seal: { level: string; sentence: string; checked_at: string; missing: string[]; probes: Schemas["Probe"][] };
    Label: { sensitivity: string; source: string; reasons: string[]; providers: string[] | null };
    Word: "stays-here" | "my-servers" | "may-leave" | "ask";
    Answer: {
      schema: number;
      answer: string;
      model: string;
      zone: "machine" | "own_servers" | "cloud";
      sent: { provider: string; body_bytes: number; sequence: number } | null;
      conversation: string | null;
      turn: string | null;
      question: string | null;
      decision: Schemas["Decision"];
      finish_reason: "stop" | "length" | "tool_calls" | "refused";
      usage: { prompt_tokens: number; completion_tokens: number; cached_tokens: number };
      timings: { first_token_ms: number | null; tokens_per_second: number | null; prompt_ms: number | null };
      jail: Schemas["Seal"] | null;
      thinking: string;
      tool_calls: Record<string, unknown>[];
      notes: string[];
      offer: { name: string; reference: string; size_bytes: number; words_per_second: number | null } | null;
    };
    Conversation: {
      schema: number;
      conversation: string;
      title: string;
      model: string | null;
      word: Schemas["Word"];
      label: Schemas["Label"];
      turn_count: number;
      created_at: string;
      changed_at: string;
      deleted_at: string | null;
      is_encrypted?: boolean;
    };
    Conversations: { schema: number; conversations: Schemas["Conversation"][]; has_more: boolean; is_encrypted: boolean };
    KeptMessage: { turn: string; role: string; text: string; was_stopped: boolean };
    OpenedConversation: Schemas["Conversation"] & {
      system: string | null;
      messages: Schemas["KeptMessage"][];
      turn: string;
      unanswered: string;
    };
    Model: Shapes.Model;
    ShownModel: Schemas["Model"] & { schema: number; kind: "model" | "assistant"; advice: string | null };
    Models: Shapes.Models;
    Setup: { schema: number; ready: boolean; models: string[]; notes: string[] };
    Engine: {
      name: string;
      pid: number;
      context_tokens: number;
      slots: number;
      requests_in_flight: number;
      unloads_in_seconds: number | null;
      memory_bytes: number | null;
      jail: Schemas["Seal"] | null;
    };
    Processes: { schema: number; service: Record<string, unknown> | null; engines: Schemas["Engine"][] };
    LabelledPath: Shapes.LabelledPath;
    Labels: Shapes.Labels;
  };
}
