/** A chat as a file among the browser's downloads. */

import { call } from "../api/client";
import { AspenError } from "../api/errors";
import { notices } from "../shell/notices.svelte";
import { words } from "../words/words";
import type { Card } from "./conversation_calls";
import { textIn } from "./wire";

export type Form = "markdown" | "json";

const KINDS: Readonly<Record<Form, { readonly ending: string; readonly type: string }>> = {
  markdown: { ending: "md", type: "text/markdown" },
  json: { ending: "json", type: "application/json" },
};
const LONGEST_NAME = 60;
const KEPT_MS = 60_000;

/** Save a chat, and say where it went. */
export async function saveChat(card: Card, form: Form): Promise<void> {
  try {
    const told = await call("export_text", { conversation: card.id, form });
    const name = `${nameOf(card.title)}.${KINDS[form].ending}`;
    download(new Blob([textIn(told, "text")], { type: KINDS[form].type }), name);
    notices.say(words.reading.exported(name), words.reading.exportedMeans);
  } catch (error) {
    if (!(error instanceof AspenError)) throw error;
    notices.fail(error);
  }
}

/** Return a name for a file out of a title: no signs that a file system or a shell reads otherwise. */
export function nameOf(title: string): string {
  const plain = title.normalize("NFC").replace(/[^\p{L}\p{N} ._-]+/gu, " ").replace(/\s+/g, " ");
  return plain.replace(/^[ .-]+/, "").slice(0, LONGEST_NAME).replace(/[ .]+$/, "") || words.chat.untitled;
}

function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
