/** What the page asks of Aspen about files: to read one, to let one go, to show a picture or a passage. */

import { call } from "../api/client";
import { objectsIn, textIn, textOrNull, textsIn } from "../chat/wire";
import { type Attached, attachedIn } from "./attached";

/** A passage that went along with a question. `before` and `after` stand around it in its file, where that is kept. */
export interface Passage {
  readonly name: string;
  readonly words: string;
  readonly before: string;
  readonly text: string;
  readonly after: string;
}

/** What would happen to the files of a question that was not asked yet. */
export interface Ahead {
  readonly model: string | null;
  readonly seesPictures: boolean;
  readonly sighted: readonly string[];
  readonly inPassages: readonly string[];
}

export interface Looked {
  readonly files: readonly string[];
  readonly conversation: string;
  readonly parent?: string;
  readonly model?: string;
}

export async function attachFile(name: string, base64: string, conversation: string): Promise<Attached> {
  return attachedIn(await call("attach_file", { name, base64, conversation }));
}

export async function attachPath(path: string, conversation: string): Promise<Attached> {
  return attachedIn(await call("attach_path", { path, conversation }));
}

export async function detachFile(file: string): Promise<void> {
  await call("detach_file", { file });
}

/** Return what waits in the draft of a conversation. */
export async function waitingFiles(conversation: string): Promise<readonly Attached[]> {
  return objectsIn(await call("read_draft", { conversation }), "attached").map(attachedIn);
}

export async function lookAhead(asked: Looked): Promise<Ahead> {
  const told = await call("look_ahead", { ...asked });
  return {
    model: textOrNull(told, "model"),
    seesPictures: told.sees_pictures === true,
    sighted: textsIn(told, "sighted"),
    inPassages: textsIn(told, "in_passages"),
  };
}

export async function readPassage(conversation: string, turn: string, number: number): Promise<Passage> {
  const told = await call("passage", { conversation, turn, number });
  return {
    name: textIn(told, "name"),
    words: textIn(told, "words"),
    before: textIn(told, "before"),
    text: textIn(told, "text"),
    after: textIn(told, "after"),
  };
}

/** Return a picture as an address for `<img>`: of a turn by its hash, or one that waits by its reference. */
export async function pictureAddress(
  of: { readonly file: string } | { readonly conversation: string; readonly turn: string; readonly sha256: string },
): Promise<string> {
  const told = await call("picture", of);
  return `data:${textIn(told, "media_type")};base64,${textIn(told, "base64")}`;
}
