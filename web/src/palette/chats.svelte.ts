/** The chats that the palette knows: the newest by title, and what a search of all texts finds. */

import { call } from "../api/client";
import { AspenError } from "../api/errors";
import { route } from "../shell/route.svelte";
import { words } from "../words/words";
import type { Entry } from "./entries";

const MOST_CHATS = 200;
const MOST_HITS = 12;
const PAUSE_MS = 120;
const SHORTEST = 2;

/** Return the newest chats. Raises AspenError. */
export async function newestChats(): Promise<readonly Entry[]> {
  const { conversations } = await call("list_conversations", { count: MOST_CHATS });
  return conversations.map((chat) => chatEntry("chats", chat.conversation, chat.title, ""));
}

function chatEntry(group: "chats" | "texts", id: string, title: string, note: string): Entry {
  return { id: `${group}-${id}`, group, title: title || words.palette.untitled, note, run: () => route.go("chat", id) };
}

/** Looks through all texts a moment after the last letter was typed; only the newest question counts. */
export class TextSearch {
  found = $state.raw<readonly Entry[]>([]);
  isLooking = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #round = 0;

  look(typed: string): void {
    clearTimeout(this.#timer);
    const round = ++this.#round;
    if (typed.trim().length < SHORTEST) {
      this.found = [];
      this.isLooking = false;
      return;
    }
    this.isLooking = true;
    this.#timer = setTimeout(() => void this.#search(typed.trim(), round), PAUSE_MS);
  }

  async #search(typed: string, round: number): Promise<void> {
    const found = await hits(typed);
    if (round !== this.#round) return;
    this.found = found;
    this.isLooking = false;
  }
}

async function hits(typed: string): Promise<readonly Entry[]> {
  try {
    const { found } = await call("search", { text: typed, count: MOST_HITS });
    return found.map((hit) => chatEntry("texts", hit.conversation, hit.title, hit.excerpt));
  } catch (error) {
    if (error instanceof AspenError) return [];
    throw error;
  }
}
