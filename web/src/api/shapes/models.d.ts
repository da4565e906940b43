/** Written by `python tests/server/typescript_shapes.py` from the verbs' shapes; a test compares them. */

import type { Seal, StoreProblem } from "./nouns";

/** What cannot be read of a file that has a `problem` is null. */
export interface ModelFacts {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly store: string;
  readonly path: string;
  readonly size_bytes: number;
  readonly architecture: string | null;
  readonly parameters: number | null;
  readonly quantization: string | null;
  readonly context_tokens: number | null;
  readonly skills: readonly string[];
  readonly fit: string | null;
  readonly words_per_second: number | null;
  readonly problem: string | null;
}

export interface Removal {
  readonly kind: "delete" | "forget" | "elsewhere";
  readonly way: string | null;
}

export interface Model extends ModelFacts {
  readonly removal: Removal;
}

export interface AssistantLine {
  readonly name: string;
  readonly model: string;
  readonly system: string | null;
}

export interface ModelElsewhere {
  readonly name: string;
  readonly provider: string;
  readonly title: string;
  readonly zone: "own_servers" | "cloud";
}

export interface Models {
  readonly schema: number;
  readonly default: string | null;
  readonly models: readonly Model[];
  readonly assistants: readonly AssistantLine[];
  readonly elsewhere: readonly ModelElsewhere[];
  readonly problems: readonly StoreProblem[];
}

export interface ShownModel extends ModelFacts {
  readonly schema: number;
  readonly kind: "model";
  readonly file_version: number;
  readonly tensor_types: Readonly<Record<string, number>>;
  readonly chat_template: string | null;
  readonly paths: readonly string[];
  readonly projector: string | null;
  readonly advice: string | null;
}

export interface Starter {
  readonly name: string;
  readonly size_bytes: number;
}

export interface CatalogueRow {
  readonly name: string;
  readonly title: string;
  readonly kind: "chat" | "coder" | "embedder";
  readonly skills: readonly string[];
  readonly licence: string;
  readonly size_bytes: number;
  readonly fit: string;
  readonly is_fitting: boolean;
  readonly words_per_second: number | null;
  readonly is_suggested: boolean;
  readonly is_here: boolean;
}

export interface Catalogue {
  readonly schema: number;
  readonly checked_on: string;
  readonly starter: Starter;
  readonly models: readonly CatalogueRow[];
}

export interface LoadedModel {
  readonly schema: number;
  readonly name: string;
  readonly context_tokens: number;
  readonly notes: readonly string[];
}

export interface Unloaded {
  readonly schema: number;
  readonly unloaded: number;
}

export interface RunningCore {
  readonly pid: number;
  readonly launcher_pid: number;
  readonly version: string;
  readonly uptime_seconds: number;
  readonly seal: Seal | null;
}

export interface Engine {
  readonly name: string;
  readonly pid: number;
  readonly context_tokens: number;
  readonly slots: number;
  readonly requests_in_flight: number;
  readonly unloads_in_seconds: number | null;
  readonly memory_bytes: number | null;
  readonly jail: Seal;
}

export interface Processes {
  readonly schema: number;
  readonly service: RunningCore;
  readonly engines: readonly Engine[];
}

export interface AddPath {
  readonly path: string;
  readonly name?: string;
}

export interface Added {
  readonly schema: number;
  readonly name: string;
  readonly path: string;
}

export interface Removed {
  readonly schema: number;
  readonly kind: "model" | "assistant";
  readonly removed: readonly string[];
}

export interface PullReference {
  readonly reference: string;
}

export interface Pulled {
  readonly schema: number;
  readonly name: string;
  readonly paths: readonly string[];
  readonly size_bytes: number;
  readonly sha256: readonly string[];
}

export interface Setup {
  readonly schema: number;
  readonly ready: boolean;
  readonly models: readonly string[];
  readonly notes: readonly string[];
}

export interface EmbedTexts {
  readonly input: readonly string[];
  readonly model?: string | null;
}

export interface Embedded {
  readonly schema: number;
  readonly model: string;
  readonly vectors: readonly readonly number[][];
}
