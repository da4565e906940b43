/** The conversations in the sidebar: those that are pinned, then the one last spoken in first. */

import { SvelteSet } from "svelte/reactivity";
import { AspenError } from "../api/errors";
import { notices } from "../shell/notices.svelte";
import { words } from "../words/words";
import {
  type Card,
  deleteConversation,
  type Found,
  listConversations,
  pinConversation,
  renameConversation,
  restoreConversation,
  searchConversations,
} from "./conversation_calls";

const SEARCH_AFTER_MS = 120;

class ConversationList {
  cards = $state.raw<readonly Card[]>([]);
  hasMore = $state(false);
  isRead = $state(false);
  /** What is searched for; empty for no search. */
  query = $state("");
  found = $state.raw<readonly Found[] | null>(null);
  /** Conversations that were answered while another one was looked at. */
  readonly news = new SvelteSet<string>();
  readonly pinned = $derived(this.cards.filter((card) => card.isPinned));
  readonly others = $derived(this.cards.filter((card) => !card.isPinned));
  #searching = 0;

  /** Read the list anew; what was paged in below its first page stays. */
  async refresh(): Promise<void> {
    try {
      const { cards, hasMore } = await listConversations();
      const first = new Set(cards.map(({ id }) => id));
      const oldest = cards.at(-1)?.changedAt ?? "";
      const below = hasMore ? this.cards.filter(({ id, changedAt }) => !first.has(id) && changedAt <= oldest) : [];
      this.cards = [...cards, ...below];
      if (below.length === 0) this.hasMore = hasMore;
      this.isRead = true;
    } catch (error) {
      if (!(error instanceof AspenError)) throw error; // it is read again with the next answer
    }
  }

  async more(): Promise<void> {
    const last = this.cards.at(-1);
    if (!this.hasMore || last === undefined) return;
    this.hasMore = false;
    await this.#trying(async () => {
      const { cards, hasMore } = await listConversations(last.id);
      this.cards = [...this.cards, ...cards];
      this.hasMore = hasMore;
    });
  }

  async rename(card: Card, title: string): Promise<void> {
    const wanted = title.trim();
    if (wanted === "" || wanted === card.title) return;
    this.#replace(card.id, { ...card, title: wanted });
    await this.#trying(async () => {
      this.#replace(card.id, await renameConversation(card.id, wanted));
    });
  }

  async pin(card: Card, isPinned: boolean): Promise<void> {
    this.#replace(card.id, { ...card, isPinned });
    await this.#trying(() => pinConversation(card.id, isPinned));
    await this.refresh();
  }

  /** Delete at once, and offer the way back. `onRestored` is told when it is taken. */
  async remove(card: Card, onRestored: () => void = () => undefined): Promise<void> {
    this.cards = this.cards.filter(({ id }) => id !== card.id);
    await this.#trying(async () => {
      await deleteConversation(card.id);
      notices.offerUndo(words.chat.deleted(card.title), words.shell.undo, () => {
        void this.#trying(async () => {
          await restoreConversation(card.id);
          await this.refresh();
          onRestored();
        });
      });
    });
    await this.refresh();
  }

  /** Look for words in all titles and texts, a moment after the last letter. */
  search(query: string): void {
    this.query = query;
    const searching = ++this.#searching;
    if (query.trim() === "") {
      this.found = null;
      return;
    }
    setTimeout(() => {
      if (searching === this.#searching) void this.#find(query.trim(), searching);
    }, SEARCH_AFTER_MS);
  }

  markNew(conversation: string): void {
    this.news.add(conversation);
  }

  async #find(query: string, searching: number): Promise<void> {
    const found = await searchConversations(query).catch(() => this.#byTitle(query));
    if (searching === this.#searching) this.found = found;
  }

  #byTitle(query: string): readonly Found[] {
    const wanted = query.toLocaleLowerCase();
    return this.cards
      .filter(({ title }) => title.toLocaleLowerCase().includes(wanted))
      .map(({ id, title }) => ({ conversation: id, title, turn: "", excerpt: "", marks: [] }));
  }

  #replace(id: string, card: Card): void {
    this.cards = this.cards.map((each) => (each.id === id ? card : each));
  }

  async #trying(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof AspenError)) throw error;
      notices.fail(error);
      void this.refresh();
    }
  }
}

export const conversations = new ConversationList();
