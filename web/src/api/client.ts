/** Calls to Aspen: a verb with arguments, and its result or an AspenError. The cookie of this page is the way in. */

import { AspenError, errorIn, garbled, unreachable } from "./errors";
import type { RunCard, Verbs } from "./shapes";

export type { RunCard };

export type Verb = keyof Verbs;
export type Given<V extends Verb> = Verbs[V]["given"];
export type Result<V extends Verb> = Verbs[V]["result"];

/** What of `fetch` is used; a test may hand in its own. */
export type Fetch = (address: string, options: RequestInit) => Promise<Response>;

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly fetch?: Fetch;
}

/** Run a verb to its end. Raises AspenError, and the signal's own reason when it was aborted. */
export function call<V extends Verb>(verb: V, given: Given<V>, options: CallOptions = {}): Promise<Result<V>> {
  return exchange<Result<V>>(`/api/call/${verb}`, given, options);
}

/** Begin a verb that goes on when this page goes; `runEvents` reads what it says. */
export function beginRun<V extends Verb>(verb: V, given: Given<V>, options: CallOptions = {}): Promise<RunCard> {
  return exchange<RunCard>("/api/runs", { verb, arguments: given }, options);
}

/** End a run; what it has said so far stays. */
export function stopRun(run: string, options: CallOptions = {}): Promise<RunCard> {
  return exchange<RunCard>(`/api/runs/${encodeURIComponent(run)}/stop`, {}, options);
}

/** Return the runs that are under way or ended a short while ago. */
export async function listRuns(options: CallOptions = {}): Promise<readonly RunCard[]> {
  return (await exchange<{ runs: readonly RunCard[] }>("/api/runs", undefined, options)).runs;
}

async function exchange<Answer>(address: string, body: unknown, { signal, fetch: send }: CallOptions): Promise<Answer> {
  const isQuestion = body === undefined;
  const response = await sent(send ?? fetch, address, {
    method: isQuestion ? "GET" : "POST",
    headers: isQuestion ? {} : { "content-type": "application/json" },
    ...(isQuestion ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
    credentials: "same-origin",
    cache: "no-store",
  });
  const told = await parsed(response);
  const error = errorIn(told);
  if (error !== null) throw error;
  if (!response.ok) throw garbled(response.status);
  return told as Answer;
}

/** Send, where a connection that fails becomes an AspenError and an abort stays one. */
export async function sent(send: Fetch, address: string, options: RequestInit): Promise<Response> {
  try {
    return await send(address, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error instanceof AspenError ? error : unreachable();
  }
}

async function parsed(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw garbled(response.status);
  }
}
