/** Which model the next new chat shall begin with: chosen here or in the palette, read by the chat. */

import { route } from "../shell/route.svelte";

class Beginning {
  model = $state<string | null>(null);

  /** Return what was chosen, once. */
  take(): string | null {
    const { model } = this;
    this.model = null;
    return model;
  }
}

export const beginning = new Beginning();

/** Go to a new chat with this model. */
export function beginWith(model: string): void {
  beginning.model = model;
  route.go("chat");
}
