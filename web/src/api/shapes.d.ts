/** Written by `python tests/server/typescript_shapes.py` from the verbs' shapes; a test compares them. */

export type Nothing = Record<string, never>;

export interface Removal {
  readonly kind: "delete" | "forget" | "elsewhere";
  readonly way: string | null;
}

export interface Model {
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

export interface StoreProblem {
  readonly store: string;
  readonly path: string;
  readonly sentence: string;
}

export interface Models {
  readonly schema: number;
  readonly default: string | null;
  readonly models: readonly Model[];
  readonly assistants: readonly AssistantLine[];
  readonly elsewhere: readonly ModelElsewhere[];
  readonly problems: readonly StoreProblem[];
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

export interface Named {
  readonly name: string;
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

export interface FileSettings {
  readonly schema: number;
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly said_by: Readonly<Record<string, "default" | "workspace" | "file" | "environment">>;
  readonly choosable: readonly string[];
}

export interface ChangeSetting {
  readonly name: string;
  readonly value: string | number | null;
}

export interface OfMonth {
  readonly month?: string;
}

/** `prompt` and `completion` are dollars for a million tokens. */
export interface Savings {
  readonly schema: number;
  readonly month: string;
  readonly answers: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly cost_microdollars: number | null;
  readonly model: string | null;
  readonly provider: string | null;
  readonly prompt: number | null;
  readonly completion: number | null;
  readonly listed_on: string | null;
  readonly package: string;
}

export interface Label {
  readonly sensitivity: string;
  readonly source: string;
  readonly reasons: readonly string[];
  readonly providers: readonly string[] | null;
}

/** `path` has `~` for the home folder; the verbs take `absolute`. */
export interface LabelledPath {
  readonly path: string;
  readonly absolute: string;
  readonly word: "stays-here" | "my-servers" | "may-leave" | "ask";
  readonly label: Label;
}

export interface Project {
  readonly folder: string;
  readonly path: string;
  readonly name: string;
  readonly answer: "stays-here" | "my-servers" | "may-leave" | "ask";
  readonly is_asked: boolean;
  readonly default_model: string | null;
  readonly instructions: string;
}

export interface Labels {
  readonly schema: number;
  readonly labels: readonly LabelledPath[];
  readonly projects: readonly Project[];
}

export interface DeclareLabel {
  readonly path: string;
  readonly label: string;
  readonly providers?: readonly string[];
}

export interface OfPath {
  readonly path: string;
}

export interface OfFolder {
  readonly folder: string;
}

export interface SetProject {
  readonly folder: string;
  readonly answer?: string;
  readonly instructions?: string;
  readonly default_model?: string | null;
}

export interface ShapedVerbs {
  models: { given: Nothing; result: Models };
  catalogue: { given: Nothing; result: Catalogue };
  load: { given: Named; result: LoadedModel };
  unload: { given: Named; result: Unloaded };
  add: { given: AddPath; result: Added };
  remove: { given: Named; result: Removed };
  settings: { given: Nothing; result: FileSettings };
  change_setting: { given: ChangeSetting; result: FileSettings };
  savings: { given: OfMonth; result: Savings };
  list_labels: { given: Nothing; result: Labels };
  declare_label: { given: DeclareLabel; result: LabelledPath };
  forget_label: { given: OfPath; result: LabelledPath };
  project: { given: OfFolder; result: Project };
  set_project: { given: SetProject; result: Project };
  forget_project: { given: OfFolder; result: Project };
}
