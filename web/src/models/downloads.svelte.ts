/** Downloads under way: begun, followed, stopped, gone on with. They live on when the screen, or the page, goes. */

import { type AspenError, errorIn } from "../api/errors";
import { runEvents, type Frame, type ListenOptions } from "../api/events";
import { beginRun, listRuns, stopRun } from "../api/client";
import { asAspenError } from "../shell/screen/loaded.svelte";

export type DownloadState = "asking" | "running" | "stopped" | "failed" | "done";

export interface Download {
  /** What `pull` takes, so that it can be gone on with. */
  readonly reference: string;
  readonly name: string;
  readonly run: string | null;
  readonly state: DownloadState;
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly bytesPerSecond: number | null;
  readonly fit: string;
  readonly isReconnecting: boolean;
  readonly error: AspenError | null;
}

const SMOOTHING = 0.25;
const LEAST_STEP_MS = 400;

/** What is asked of the service: a test hands in its own. */
export interface Ways {
  readonly begin: (reference: string) => Promise<{ readonly run: string }>;
  readonly events: (run: string, options: ListenOptions) => AsyncIterable<{ readonly frame: Frame }>;
  readonly stop: (run: string) => Promise<unknown>;
  readonly list: () => Promise<readonly { readonly run: string; readonly verb: string; readonly is_over: boolean }[]>;
  readonly now: () => number;
}

const WAYS: Ways = {
  begin: (reference) => beginRun("pull", { reference }),
  events: runEvents,
  stop: (run) => stopRun(run),
  list: () => listRuns(),
  now: () => performance.now(),
};

export class Downloads {
  all = $state.raw<readonly Download[]>([]);
  /** Called when a model has come. */
  onDone: (name: string) => void = () => undefined;
  readonly #ways: Ways;
  #hasLooked = false;

  constructor(ways: Ways = WAYS) {
    this.#ways = ways;
  }

  get isAnyRunning(): boolean {
    return this.all.some(isLive);
  }

  /** Fetch a model, or go on with one that was stopped. */
  async start(reference: string): Promise<void> {
    const known = this.all.find((each) => each.reference === reference || each.name === reference);
    if (known && isLive(known)) return;
    const key = known?.reference ?? reference;
    this.#put(key, { ...(known ?? fresh(key)), state: "asking", error: null, bytesPerSecond: null });
    try {
      const { run } = await this.#ways.begin(known?.reference ?? reference);
      this.#change(key, { run });
      await this.#follow(key, run);
    } catch (error) {
      this.#change(key, { state: "failed", error: asAspenError(error) });
    }
  }

  async stop(reference: string): Promise<void> {
    const run = this.#find(reference)?.run;
    if (run) await this.#ways.stop(run);
  }

  dismiss(reference: string): void {
    this.all = this.all.filter((each) => each.reference !== reference);
  }

  /** Find the downloads that an earlier page began, once. */
  async lookForEarlier(): Promise<void> {
    if (this.#hasLooked) return;
    this.#hasLooked = true;
    const runs = (await this.#ways.list()).filter((run) => run.verb === "pull" && !run.is_over);
    const unknown = runs.filter(({ run }) => !this.all.some((each) => each.run === run));
    for (const { run } of unknown) {
      this.#put(run, { ...fresh(run), name: "", run });
      void this.#follow(run, run).catch(() => this.dismiss(run));
    }
  }

  async #follow(key: string, run: string): Promise<void> {
    const pace = new Pace(this.#ways.now);
    let at = key;
    const options: ListenOptions = { onBreak: (retry) => this.#change(at, { isReconnecting: retry !== null }) };
    for await (const { frame } of this.#ways.events(run, options)) at = this.#take(at, frame, pace);
  }

  /** Take in one frame; returns the reference, which the plan of an earlier page's download tells first. */
  #take(key: string, frame: Frame, pace: Pace): string {
    const error = errorIn(frame);
    if (frame["event"] === "plan") {
      const name = String(frame["name"]);
      const reference = this.#find(key)?.name === "" ? name : key;
      this.#change(key, { reference, name, state: "running", totalBytes: Number(frame["size_bytes"]), fit: String(frame["fit"] ?? "") });
      return reference;
    }
    if (frame["event"] === "progress") {
      const doneBytes = Number(frame["done"]);
      const totalBytes = Number(frame["total"]) || (this.#find(key)?.totalBytes ?? 0);
      this.#change(key, { state: "running", doneBytes, totalBytes, bytesPerSecond: pace.at(doneBytes) });
    } else if (frame["event"] === "stopped") {
      this.#change(key, { state: "stopped", run: null });
    } else if (error !== null) {
      this.#change(key, { state: "failed", run: null, error });
    } else if ("result" in frame) {
      this.dismiss(key);
      this.onDone(String((frame["result"] as { readonly name?: unknown }).name ?? key));
    }
    return key;
  }

  #find(reference: string): Download | undefined {
    return this.all.find((each) => each.reference === reference);
  }

  #put(reference: string, download: Download): void {
    this.all = [...this.all.filter((each) => each.reference !== reference), download];
  }

  #change(reference: string, changes: Partial<Download>): void {
    this.all = this.all.map((each) => (each.reference === reference ? { ...each, ...changes } : each));
  }
}

function isLive(download: Download): boolean {
  return download.state === "asking" || download.state === "running";
}

function fresh(reference: string): Download {
  return {
    reference,
    name: reference,
    run: null,
    state: "asking",
    doneBytes: 0,
    totalBytes: 0,
    bytesPerSecond: null,
    fit: "",
    isReconnecting: false,
    error: null,
  };
}

/** Bytes a second, smoothed: a number that can be read. */
class Pace {
  readonly #now: () => number;
  #last: { readonly at: number; readonly bytes: number } | null = null;
  #smooth: number | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  at(bytes: number): number | null {
    const at = this.#now();
    if (this.#last === null || bytes < this.#last.bytes) {
      this.#last = { at, bytes };
      return this.#smooth;
    }
    if (at - this.#last.at < LEAST_STEP_MS) return this.#smooth;
    const speed = ((bytes - this.#last.bytes) * 1000) / (at - this.#last.at);
    this.#smooth = this.#smooth === null ? speed : this.#smooth + SMOOTHING * (speed - this.#smooth);
    this.#last = { at, bytes };
    return this.#smooth;
  }
}

export const downloads = new Downloads();
