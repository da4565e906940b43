/** Models that are being brought into memory. */

import { SvelteSet } from "svelte/reactivity";
import { call } from "../api/client";
import { notices } from "../shell/notices.svelte";
import { asAspenError } from "../shell/screen/loaded.svelte";
import { words } from "../words/words";
import { inMemory } from "./shelf.svelte";

class Loads {
  readonly names = new SvelteSet<string>();

  /** Bring a model into memory, and say when it is there or why it is not. */
  async begin(name: string): Promise<void> {
    if (this.names.has(name)) return;
    this.names.add(name);
    try {
      await call("load", { name });
      notices.say(words.models.here.loaded(name));
    } catch (error) {
      notices.fail(asAspenError(error));
    } finally {
      this.names.delete(name);
    }
    await inMemory.load();
  }
}

export const loads = new Loads();
