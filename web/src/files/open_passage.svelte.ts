/** The passage that is open beside the conversation, if one is. */

import { AspenError } from "../api/errors";
import { chat } from "../chat/chat.svelte";
import type { NumberedPassage } from "../chat/turns";
import { notices } from "../shell/notices.svelte";
import { type CitedPassage, passagesOf } from "./cited_passages";
import { type Passage, readPassage } from "./file_calls";

const NONE: readonly NumberedPassage[] = [];

class OpenPassage {
  /** What was asked for; null while nothing is open. */
  asked = $state.raw<CitedPassage | null>(null);
  /** Null until it has come. */
  passage = $state.raw<Passage | null>(null);

  // Each by itself, so that the words of an answer that comes do not have everything collected again.
  readonly #live = $derived(chat.live?.answer.passages ?? NONE);
  readonly #question = $derived(chat.live?.answer.question ?? "");
  readonly known = $derived(passagesOf(chat.path, this.#live, this.#question));

  async open(number: number): Promise<void> {
    const wanted = this.known.get(number);
    if (wanted === undefined || wanted.turn === "") return;
    this.asked = wanted;
    this.passage = null;
    try {
      const found = await readPassage(chat.id, wanted.turn, number);
      if (this.asked === wanted) this.passage = found;
    } catch (error) {
      this.close();
      if (!(error instanceof AspenError)) throw error;
      notices.fail(error);
    }
  }

  close(): void {
    this.asked = null;
    this.passage = null;
  }
}

export const openPassage = new OpenPassage();
