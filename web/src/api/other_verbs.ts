/** Verbs that the schema does not describe yet, written by hand: what the screens beside the chat ask for.
 *
 * When the schema has them, `call` takes their place and this file goes.
 */

import { beginRun, call, type CallOptions, type RunCard } from "./client";
import type { Schema } from "./verbs";

type Nothing = Record<string, never>;
type Probe = Schema<"Probe"> & { readonly group?: string; readonly must_be_open?: boolean };

export interface SealReport {
  readonly level: string;
  readonly sentence: string;
  readonly missing: readonly string[];
  readonly probes?: readonly Probe[];
}

export interface AssistantCard {
  readonly kind: "assistant";
  readonly name: string;
  readonly model: string;
  readonly system: string | null;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly weights_sha256: string;
  readonly weights_bytes: number;
  readonly adapters: readonly { readonly path: string; readonly scale: number }[];
  readonly modelfile: string;
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

export interface Savings {
  readonly month: string;
  readonly answers: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly cost_microdollars: number | null;
  readonly model: string | null;
  readonly provider: string | null;
  /** Dollars for a million tokens. */
  readonly prompt: number | null;
  readonly completion: number | null;
  readonly listed_on: string | null;
  readonly package: string;
}

export interface FileSettings {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly said_by: Readonly<Record<string, "default" | "workspace" | "file" | "environment">>;
  readonly choosable: readonly string[];
}

export interface ShownProject {
  readonly folder: string;
  readonly path: string;
  readonly name: string;
  readonly answer: Schema<"Word">;
  readonly is_asked: boolean;
  readonly default_model: string | null;
  readonly instructions: string;
}

export interface LabelledPath {
  /** With `~` for the home folder. */
  readonly path: string;
  /** As the verbs take it. */
  readonly absolute?: string;
  readonly word: Schema<"Word">;
  readonly label: Schema<"Label">;
}

export interface Doctor {
  readonly version: string;
  readonly hardware: { readonly cpu_name: string; readonly usable_cores: number; readonly memory_total_bytes: number; readonly memory_available_bytes: number };
  readonly jail: SealReport | null;
  readonly core_seal: SealReport | null;
  readonly least_jail_level: string;
  readonly remembered: { readonly path: string; readonly is_encrypted: boolean };
  readonly folders: { readonly data: string; readonly config: string; readonly state: string; readonly cache: string };
  readonly notes: readonly string[];
}

export interface Proof {
  readonly core: SealReport & { readonly pid: number };
  readonly engines: readonly (SealReport & { readonly name: string; readonly pid: number })[];
  readonly readers: readonly (SealReport & { readonly name: string })[];
  readonly trial: SealReport | null;
  readonly canary: {
    readonly routings: number;
    readonly sends: number;
    readonly forgeries: number;
    readonly purposes: readonly string[];
    readonly providers: readonly string[];
    readonly left: readonly unknown[];
  };
  readonly store_is_encrypted: boolean;
  readonly problems: readonly { readonly sentence: string; readonly hint: string }[];
}

export interface OtherVerbs {
  catalogue: { given: Nothing; result: { readonly starter: { readonly name: string; readonly size_bytes: number }; readonly models: readonly CatalogueRow[] } };
  settings: { given: Nothing; result: FileSettings };
  change_setting: { given: { name: string; value: string | number | null }; result: FileSettings };
  load: { given: { name: string }; result: { readonly name: string; readonly context_tokens: number; readonly notes: readonly string[] } };
  savings: { given: { month?: string }; result: Savings };
  doctor: { given: Nothing; result: Doctor };
  prove: { given: { canary: string }; result: Proof };
  pull: { given: { reference: string }; result: { readonly name: string; readonly size_bytes: number } };
  setup: { given: Nothing; result: Schema<"Setup"> };
  add: { given: { path: string; name?: string }; result: { readonly name: string; readonly path: string } };
  remove: { given: { name: string }; result: { readonly kind: "model" | "assistant"; readonly removed: readonly string[] } };
  unload: { given: { name: string }; result: { readonly unloaded: number } };
  create: {
    given: { name: string; from?: string; system?: string; parameters?: Readonly<Record<string, number>>; modelfile?: string };
    result: AssistantCard;
  };
  copy: { given: { source: string; target: string }; result: AssistantCard };
  show: { given: { name: string }; result: AssistantCard | (Schema<"ShownModel"> & { readonly paths: readonly string[] }) };
  list_labels: { given: Nothing; result: { readonly labels: readonly LabelledPath[]; readonly projects: readonly ShownProject[] } };
  declare_label: { given: { path: string; label: string; providers?: readonly string[] }; result: LabelledPath };
  forget_label: { given: { path: string }; result: LabelledPath };
  project: { given: { folder: string }; result: ShownProject };
  set_project: { given: { folder: string; answer?: string; instructions?: string; default_model?: string | null }; result: ShownProject };
  forget_project: { given: { folder: string }; result: ShownProject };
  search: { given: { text: string; count?: number }; result: { readonly found: readonly SearchHit[] } };
}

export interface SearchHit {
  readonly conversation: string;
  readonly title: string;
  readonly excerpt: string;
}

export type OtherVerb = keyof OtherVerbs;

type LooseCall = (verb: string, given: object, options?: CallOptions) => Promise<unknown>;
type LooseBegin = (verb: string, given: object, options?: CallOptions) => Promise<RunCard>;

/** Run a verb to its end. Raises AspenError. */
export async function ask<V extends OtherVerb>(verb: V, given: OtherVerbs[V]["given"], options?: CallOptions): Promise<OtherVerbs[V]["result"]> {
  return (await (call as unknown as LooseCall)(verb, given, options)) as OtherVerbs[V]["result"];
}

/** Begin a verb that goes on when this page goes. */
export function begin<V extends OtherVerb>(verb: V, given: OtherVerbs[V]["given"], options?: CallOptions): Promise<RunCard> {
  return (beginRun as unknown as LooseBegin)(verb, given, options);
}
