/** The first model of all: whether one is here, and the fetching of the starter where none is. It lives on when the page goes. */

import { beginRun, listRuns, stopRun } from "../api/client";
import { type AspenError, errorIn } from "../api/errors";
import { runEvents, type Frame, type ListenOptions } from "../api/events";
import { asAspenError } from "../shell/screen/loaded.svelte";

export interface Ways {
  readonly begin: () => Promise<{ readonly run: string }>;
  readonly events: (run: string, options?: ListenOptions) => AsyncIterable<{ readonly frame: Frame }>;
  readonly stop: (run: string) => Promise<unknown>;
  readonly list: () => Promise<readonly { readonly run: string; readonly verb: string; readonly is_over: boolean }[]>;
}

const WAYS: Ways = { begin: () => beginRun("setup", {}), events: runEvents, stop: (run) => stopRun(run), list: () => listRuns() };

export class FirstModel {
  isComing = $state(false);
  /** How far the download is; null before it is known, and while the model is brought into memory. */
  progress = $state.raw<{ readonly done: number; readonly total: number } | null>(null);
  isLoading = $state(false);
  error = $state.raw<AspenError | null>(null);
  /** Called when a model is here and in memory. */
  onReady: () => void = () => undefined;
  readonly #ways: Ways;
  #run: string | null = null;

  constructor(ways: Ways = WAYS) {
    this.#ways = ways;
  }

  /** Fetch the starter and bring it into memory. */
  fetch(): Promise<void> {
    return this.#follow(async () => (await this.#ways.begin()).run);
  }

  /** Go on watching what an earlier page began. */
  async resume(): Promise<void> {
    if (this.isComing) return;
    const under = (await this.#ways.list().catch(() => [])).find((run) => run.verb === "setup" && !run.is_over);
    if (under !== undefined) await this.#follow(() => Promise.resolve(under.run));
  }

  async stop(): Promise<void> {
    if (this.#run !== null) await this.#ways.stop(this.#run).catch(() => undefined);
  }

  async #follow(find: () => Promise<string>): Promise<void> {
    if (this.isComing) return;
    this.isComing = true;
    this.error = null;
    this.progress = null;
    try {
      this.#run = await find();
      for await (const { frame } of this.#ways.events(this.#run)) this.#take(frame);
    } catch (error) {
      this.error = asAspenError(error);
    } finally {
      this.isComing = false;
      this.isLoading = false;
      this.#run = null;
    }
  }

  #take(frame: Frame): void {
    const failure = errorIn(frame);
    if (failure !== null) throw failure;
    if ("result" in frame) this.onReady();
    if (frame["event"] !== "progress") return;
    this.isLoading = frame["stage"] !== "fetch";
    this.progress = this.isLoading ? null : { done: Number(frame["done"]), total: Number(frame["total"]) };
  }
}

export const firstModel = new FirstModel();
