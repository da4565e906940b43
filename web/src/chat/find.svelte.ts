/** Finding in the chat that is shown, also in messages that were not read yet. */

import { chat } from "./chat.svelte";
import { firstShown, type Place, placesOf, stepped } from "./finding";

const SEARCH_AFTER_MS = 120;

class Find {
  isOpen = $state(false);
  query = $state("");
  places = $state.raw<readonly Place[]>([]);
  at = $state(-1);
  isReading = $state(false);
  /** Counts up when the box should take the focus. */
  calls = $state(0);
  /** Words to look for in the chat that is about to be opened. */
  wanted = $state("");
  #asked = 0;

  readonly now = $derived<Place | null>(this.places[this.at] ?? null);

  /** Open the bar, with words to look for at once where some are given. */
  open(query = ""): void {
    this.isOpen = true;
    this.calls += 1;
    if (query !== "") this.look(query);
  }

  takeWanted(): string {
    const { wanted } = this;
    this.wanted = "";
    return wanted;
  }

  close(): void {
    this.isOpen = false;
    this.#asked += 1;
    this.query = "";
    this.places = [];
    this.at = -1;
  }

  /** Look for words, a moment after the last letter. */
  look(query: string): void {
    this.query = query;
    const asked = ++this.#asked;
    setTimeout(() => {
      if (asked === this.#asked) void this.#look(asked);
    }, SEARCH_AFTER_MS);
  }

  step(step: 1 | -1): void {
    this.at = stepped(this.at, step, this.places.length);
  }

  /** What is here already is shown first; then everything that is older is read. */
  async #look(asked: number): Promise<void> {
    this.#count(this.query);
    if (this.query.trim() === "" || !chat.hasOlder) return;
    this.isReading = true;
    await chat.readAllOlder(() => asked === this.#asked);
    if (asked !== this.#asked) return;
    this.isReading = false;
    this.#count(this.query, this.now);
  }

  #count(query: string, kept: Place | null = null): void {
    this.places = placesOf(chat.path, query);
    const again = kept === null ? -1 : this.places.findIndex(({ turn, nth }) => turn === kept.turn && nth === kept.nth);
    this.at = again >= 0 ? again : firstShown(this.places);
  }
}

export const find = new Find();
