/** Written by `python tests/server/typescript_shapes.py` from the verbs' shapes; a test compares them. */

export type Word = "stays-here" | "my-servers" | "may-leave" | "ask";

export type Zone = "machine" | "own_servers" | "cloud";

export interface Seal {
  readonly level: "L0" | "L1" | "L2" | "L3";
  readonly sentence: string;
  readonly checked_at: string;
  readonly missing: readonly string[];
}

export interface Label {
  readonly sensitivity: "public" | "internal" | "private";
  readonly source: "unset" | "detected" | "declared";
  readonly reasons: readonly string[];
  readonly providers: readonly string[] | null;
  readonly beneath: "public" | "internal" | "private";
}

export interface Done {
  readonly schema: number;
}

export type Nothing = Record<string, never>;

export interface StoreProblem {
  readonly store: string;
  readonly path: string;
  readonly sentence: string;
}

export interface Named {
  readonly name: string;
}

/** `group` and `must_be_open` are there in a proof. */
export interface Probe {
  readonly name: string;
  readonly blocked: boolean;
  readonly detail: string;
  readonly group?: "network" | "processes" | "files" | "walls";
  readonly must_be_open?: boolean;
}

export interface SealReport extends Seal {
  readonly probes: readonly Probe[];
}
