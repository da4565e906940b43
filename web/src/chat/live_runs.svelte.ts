/** All answers that come right now, by conversation: one goes on while another conversation is looked at. */

import { SvelteMap } from "svelte/reactivity";
import { listRuns } from "../api/client";
import type { Attached } from "../files/attached";
import { keptRuns } from "./kept_runs";
import { type AskArguments, LiveRun, type RunHooks } from "./live_run.svelte";
import type { Turn } from "./turns";

/** Stands for the conversation of a run that has no name yet. */
export const UNNAMED = "";

export class LiveRuns {
  readonly #runs = new SvelteMap<string, LiveRun>();
  readonly #hooks: RunHooks;

  constructor(hooks: RunHooks) {
    this.#hooks = {
      onRemembered: (run) => {
        this.#name(run);
        hooks.onRemembered(run);
      },
      onEnd: (run, loss) => {
        for (const [conversation, each] of this.#runs) if (each === run) this.#runs.delete(conversation);
        hooks.onEnd(run, loss);
      },
    };
  }

  of(conversation: string): LiveRun | null {
    return this.#runs.get(conversation) ?? null;
  }

  has(conversation: string): boolean {
    return this.#runs.has(conversation);
  }

  begin(conversation: string, asked: AskArguments, attached: readonly Attached[] = [], again?: Turn): LiveRun {
    const run = LiveRun.begin(asked, this.#hooks, attached, again);
    this.#runs.set(conversation, run);
    return run;
  }

  /** Go on with what this tab followed before it was loaded again. */
  resume(): void {
    for (const kept of keptRuns()) this.#runs.set(kept.conversation || UNNAMED, LiveRun.resume(kept, this.#hooks));
  }

  /** Follow an answer of this conversation that another tab began. */
  async find(conversation: string): Promise<void> {
    const cards = await listRuns().catch(() => []);
    const card = cards.find((each) => !each.is_over && each.remembered?.conversation === conversation);
    if (!card?.remembered || this.has(conversation) || [...this.#runs.values()].some(({ run }) => run === card.run)) return;
    this.#runs.set(conversation, LiveRun.resume({ run: card.run, ...card.remembered }, this.#hooks));
  }

  #name(run: LiveRun): void {
    const name = run.answer.conversation;
    for (const [conversation, each] of this.#runs) {
      if (each === run && conversation !== name) this.#runs.delete(conversation);
    }
    this.#runs.set(name, run);
  }
}
