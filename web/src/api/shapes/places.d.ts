/** Written by `python tests/server/typescript_shapes.py` from the verbs' shapes; a test compares them. */

import type { Label, Word } from "./nouns";

/** `path` has `~` for the home folder; the verbs take `absolute`. */
export interface LabelledPath {
  readonly path: string;
  readonly absolute: string;
  readonly word: Word;
  readonly label: Label;
}

export interface Project {
  readonly folder: string;
  readonly path: string;
  readonly name: string;
  readonly answer: Word;
  readonly is_asked: boolean;
  readonly default_model: string | null;
  readonly instructions: string;
}

export interface Labels {
  readonly schema: number;
  readonly labels: readonly LabelledPath[];
  readonly projects: readonly Project[];
}

export interface OfPath {
  readonly path: string;
}

export interface DeclareLabel {
  readonly path: string;
  readonly label: string;
  readonly providers?: readonly string[];
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
