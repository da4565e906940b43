/** What the next new chat shall begin with, a model or a project: chosen elsewhere, read by the chat. */

import type { ShownProject } from "../api/other_verbs";
import { route } from "../shell/route.svelte";

class Beginning {
  model = $state<string | null>(null);
  project = $state.raw<ShownProject | null>(null);

  /** Return what was chosen, once. */
  take(): { readonly model: string | null; readonly project: ShownProject | null } {
    const { model, project } = this;
    this.model = null;
    this.project = null;
    return { model, project };
  }
}

export const beginning = new Beginning();

/** Go to a new chat with this model. */
export function beginWith(model: string): void {
  beginning.model = model;
  route.go("chat");
}

/** Go to a new chat in this project. */
export function beginIn(project: ShownProject): void {
  beginning.project = project;
  route.go("chat");
}
