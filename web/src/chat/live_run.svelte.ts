/** One answer under way: begins the run or finds it again, follows its events, and can stop it. */

import { beginRun, stopRun } from "../api/client";
import { AspenError } from "../api/errors";
import type { Ask } from "../api/shapes";
import type { Attached } from "../files/attached";
import { runEvents } from "../api/events";
import { NEW } from "./draft.svelte";
import { forgetRun, keepRun, type KeptRun } from "./kept_runs";
import { asTurn, grown, type LiveAnswer, NOTHING_YET } from "./live_answer";
import { newTurn, type Turn } from "./turns";

/** What `ask` is told; the page always says in which conversation. */
export type AskArguments = Ask & { readonly conversation: string };

export interface RunHooks {
  /** The question stands in the store. */
  readonly onRemembered: (run: LiveRun) => void;
  /** Nothing more comes. Where the run itself was lost, `loss` says how. */
  readonly onEnd: (run: LiveRun, loss: AspenError | null) => void;
}

let count = 0;

export class LiveRun {
  /** Names this run on the page; its id comes later, and from the server. */
  readonly key = `live-${++count}`;
  readonly questionKey: string;
  answer = $state.raw<LiveAnswer>(NOTHING_YET);
  question: Turn;
  /** Seconds until the connection is tried again; null while it holds. */
  retryInSeconds = $state<number | null>(null);
  isStopping = $state(false);
  readonly asked: AskArguments | null;
  #run: string;
  #wasStoppedEarly = false;
  readonly #hooks: RunHooks;
  readonly #ending = new AbortController();

  private constructor(run: string, asked: AskArguments | null, hooks: RunHooks, question?: Turn) {
    this.questionKey = question?.key ?? `${this.key}-question`;
    this.question = $state.raw(question ?? newTurn(this.questionKey, "user", ""));
    this.#run = run;
    this.asked = asked;
    this.#hooks = hooks;
  }

  /** Ask, and follow the answer. `again` is the question that is asked once more. */
  static begin(asked: AskArguments, hooks: RunHooks, attached: readonly Attached[] = [], again?: Turn): LiveRun {
    const live = new LiveRun("", asked, hooks, again);
    const text = asked.messages?.map(({ content }) => content).join("\n\n") ?? "";
    live.question = again ?? { ...newTurn(live.questionKey, "user", text), attached };
    void live.#begin(asked);
    return live;
  }

  /** Follow a run that was begun before this page was loaded. */
  static resume(kept: KeptRun, hooks: RunHooks): LiveRun {
    const live = new LiveRun(kept.run, null, hooks);
    live.answer = { ...NOTHING_YET, conversation: kept.conversation, question: kept.question, turn: kept.turn };
    void live.#follow();
    return live;
  }

  /** Its id on the server; empty until that has it. */
  get run(): string {
    return this.#run;
  }

  /** The conversation that it is about; empty for one that has no name yet. */
  get conversation(): string {
    const asked = this.asked?.conversation ?? "";
    return this.answer.conversation || (asked === NEW ? "" : asked);
  }

  get isOver(): boolean {
    return this.answer.outcome !== null;
  }

  get turn(): Turn {
    return asTurn(this.answer, this.key);
  }

  /** Ask the run to end; what has come stays. */
  async stop(): Promise<void> {
    if (this.isOver || this.isStopping) return;
    this.isStopping = true;
    if (this.#run === "") this.#wasStoppedEarly = true;
    else await stopRun(this.#run).catch(() => (this.isStopping = false));
  }

  /** Let go of the run without ending it. */
  leave(): void {
    this.#ending.abort();
  }

  async #begin(asked: AskArguments): Promise<void> {
    try {
      const card = await beginRun("ask", asked);
      this.#run = card.run;
    } catch (error) {
      this.#end(error);
      return;
    }
    this.#keep();
    if (this.#wasStoppedEarly) void stopRun(this.#run).catch(() => undefined);
    await this.#follow();
  }

  async #follow(): Promise<void> {
    try {
      const options = { signal: this.#ending.signal, onBreak: (seconds: number | null) => (this.retryInSeconds = seconds) };
      for await (const { frame } of runEvents(this.#run, options)) {
        const before = this.answer;
        this.answer = grown(before, frame, performance.now());
        if (frame["event"] === "remembered") {
          this.question = { ...this.question, turn: this.answer.question };
          this.#keep();
          this.#hooks.onRemembered(this);
        }
      }
      this.#end(null);
    } catch (error) {
      this.#end(error);
    }
  }

  #keep(): void {
    const { conversation, question, turn } = this.answer;
    keepRun({ run: this.#run, conversation, question, turn });
  }

  #end(error: unknown): void {
    if (this.#ending.signal.aborted) return;
    forgetRun(this.#run);
    this.retryInSeconds = null;
    if (error === null) return this.#hooks.onEnd(this, null);
    if (!(error instanceof AspenError)) throw error;
    this.answer = { ...this.answer, approval: null, outcome: { kind: "failed", error } };
    this.#hooks.onEnd(this, error);
  }
}
