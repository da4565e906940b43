/** Written by `python tests/server/typescript_shapes.py` from the verbs' shapes; a test compares them. */

import type { Options } from "./assistants";
import type { Done, Word } from "./nouns";

/** `file` is the reference that `ask` takes. Only what was counted in a file of its kind is there. */
export interface AttachedOnce {
  readonly file: string;
  readonly name: string;
  readonly kind: "text" | "markdown" | "python" | "code" | "csv" | "pdf" | "docx" | "picture" | "folder";
  readonly size_bytes: number;
  readonly notes: readonly string[];
  readonly tokens?: number;
  readonly words?: number;
  readonly lines?: number;
  readonly pages?: number;
  readonly rows?: number;
  readonly files?: number;
  readonly width?: number;
  readonly height?: number;
  readonly media_type?: string;
}

/** `path` and `word`, the label of the path, are null for a file that came as bytes. */
export interface AttachedFile extends AttachedOnce {
  readonly path: string | null;
  readonly word: Word | null;
}

/** `conversation` is an id, or `new`. */
export interface AttachFile {
  readonly name: string;
  readonly base64: string;
  readonly conversation: string;
}

export interface NewlyAttached extends AttachedFile {
  readonly schema: number;
  readonly is_encrypted: boolean;
}

export interface AttachPath {
  readonly path: string;
  readonly conversation: string;
}

export interface DetachFile {
  readonly file: string;
}

export interface Detached extends Done {
  readonly is_encrypted: boolean;
}

export interface LookAhead {
  readonly files?: readonly string[];
  readonly text?: string;
  readonly model?: string | null;
  readonly conversation?: string | null;
  readonly parent?: string | null;
  readonly options?: Options;
}

/** `model` is null where more than one could answer. `in_passages` are references of files. */
export interface Ahead {
  readonly schema: number;
  readonly model: string | null;
  readonly sees_pictures: boolean;
  readonly sighted: readonly string[];
  readonly room_tokens: number;
  readonly is_full: boolean;
  readonly in_passages: readonly string[];
  readonly is_encrypted: boolean;
}

export interface OpenPassage {
  readonly conversation: string;
  readonly turn: string;
  readonly number: number;
}

/** `before` and `after` stand around it in its file; both are empty where only the passage was kept. */
export interface Passage {
  readonly schema: number;
  readonly number: number;
  readonly name: string;
  readonly words: string;
  readonly text: string;
  readonly before: string;
  readonly after: string;
  readonly is_encrypted: boolean;
}

export interface PictureOfTurn {
  readonly conversation: string;
  readonly turn: string;
  readonly sha256: string;
}

export interface PictureWaiting {
  readonly file: string;
}

export interface ShownPicture {
  readonly schema: number;
  readonly media_type: string;
  readonly base64: string;
  readonly is_encrypted: boolean;
}
