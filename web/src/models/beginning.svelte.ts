/** What the next new chat shall begin with, a model or a project: chosen elsewhere, read by the chat. */

import type { Project } from "../api/shapes";
import { route } from "../shell/route.svelte";

class Beginning {
  model = $state<string | null>(null);
  project = $state.raw<Project | null>(null);

  /** Return what was chosen, once. */
  take(): { readonly model: string | null; readonly project: Project | null } {
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
export function beginIn(project: Project): void {
  beginning.project = project;
  route.go("chat");
}
