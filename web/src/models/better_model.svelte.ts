/** A model that fits this computer better than the tiny one that has just answered: Aspen offers it once. */

import type { Offer } from "../api/shapes";
import { notices } from "../shell/notices.svelte";
import { words } from "../words/words";
import { downloads } from "./downloads.svelte";

class BetterModel {
  offer = $state.raw<Offer | null>(null);
  readonly download = $derived(downloads.all.find(({ reference }) => reference === this.offer?.reference) ?? null);

  /** Take note of what came with an answer. */
  note(told: Offer | null | undefined): void {
    if (told) this.offer = told;
  }

  async fetch(): Promise<void> {
    const { offer } = this;
    if (offer === null) return;
    await downloads.start(offer.reference);
    if (this.download !== null) return; // stopped, or failed: what is shown says so
    notices.say(words.models.better.isHere(offer.name));
    this.dismiss();
  }

  dismiss(): void {
    this.offer = null;
  }
}

export const betterModel = new BetterModel();
