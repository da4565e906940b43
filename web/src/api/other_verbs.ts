/** Verbs of the screens beside the chat. Most have their types from the service; those in this file are written by hand.
 *
 * When the schema has all of them, `call` takes their place and this file goes.
 */

import { beginRun, call, type CallOptions, type RunCard } from "./client";
import type { Project, ShapedVerbs } from "./shapes";
import type { Schema } from "./verbs";

export type { CatalogueRow, FileSettings, LabelledPath, Savings } from "./shapes";
export type ShownProject = Project;

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

export interface OtherVerbs extends ShapedVerbs {
  doctor: { given: Nothing; result: Doctor };
  prove: { given: { canary: string }; result: Proof };
  pull: { given: { reference: string }; result: { readonly name: string; readonly size_bytes: number } };
  setup: { given: Nothing; result: Schema<"Setup"> };
  create: {
    given: { name: string; from?: string; system?: string; parameters?: Readonly<Record<string, number>>; modelfile?: string };
    result: AssistantCard;
  };
  copy: { given: { source: string; target: string }; result: AssistantCard };
  show: { given: { name: string }; result: AssistantCard | (Schema<"ShownModel"> & { readonly paths: readonly string[] }) };
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
