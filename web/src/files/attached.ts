/** A file that goes along with a question, as Aspen tells of it, and what was read of it in words. */

import type { AttachedFile, AttachedOnce } from "../api/shapes";
import { numberOrNull, type Some, textIn, textOrNull, textsIn } from "../chat/wire";
import { words } from "../words/words";

export interface Attached {
  /** What `ask` calls it by. */
  readonly reference: string;
  readonly name: string;
  readonly kind: string;
  /** Null for a file that came as bytes: nobody knows where it lies. */
  readonly path: string | null;
  /** The label of its path; null where it has the label of the chat. */
  readonly word: string | null;
  readonly sizeBytes: number;
  /** An estimate; 0 where only passages of it are read anyway. */
  readonly tokens: number;
  readonly pages: number | null;
  readonly rows: number | null;
  readonly lines: number | null;
  readonly words: number | null;
  readonly files: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly notes: readonly string[];
}

export function attachedIn(told: Some<AttachedFile | AttachedOnce>): Attached {
  return {
    reference: textIn(told, "file"),
    name: textIn(told, "name"),
    kind: textIn(told, "kind"),
    path: textOrNull(told, "path"),
    word: textOrNull(told, "word"),
    sizeBytes: numberOrNull(told, "size_bytes") ?? 0,
    tokens: numberOrNull(told, "tokens") ?? 0,
    pages: numberOrNull(told, "pages"),
    rows: numberOrNull(told, "rows"),
    lines: numberOrNull(told, "lines"),
    words: numberOrNull(told, "words"),
    files: numberOrNull(told, "files"),
    width: numberOrNull(told, "width"),
    height: numberOrNull(told, "height"),
    notes: textsIn(told, "notes"),
  };
}

/** Say what was read of a file, in the units that people count such a file in. */
export function whatWasRead(file: Attached): string {
  const said = words.files;
  if (file.width !== null && file.height !== null) return said.pixels(file.width, file.height);
  if (file.files !== null) return said.files(file.files);
  if (file.rows !== null) return said.rows(file.rows);
  if (file.pages !== null) return [said.pages(file.pages), file.words === null ? "" : said.words(file.words)].filter(Boolean).join(", ");
  if (file.lines !== null && (file.kind === "code" || file.kind === "python")) return said.lines(file.lines);
  return file.words === null ? said.size(file.sizeBytes) : said.words(file.words);
}
