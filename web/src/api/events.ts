/** The events of a run, each once and in order, whatever the connection does meanwhile.
 *
 * Read with fetch, which unlike EventSource can be aborted and says why it failed. After a break it asks for what came
 * after the last event that was seen.
 */

import { type CallOptions, sent } from "./client";
import { AspenError, errorIn, garbled, unreachable } from "./errors";
import { EventStreamReader, type StreamEvent } from "./event_stream";

/** One frame of a verb: `event` names what it is; the last one holds `result` or `error`. */
export type Frame = Readonly<Record<string, unknown>>;

export interface RunEvent {
  readonly number: number;
  readonly frame: Frame;
}

export interface ListenOptions extends CallOptions {
  /** Number of the last event that is known already. */
  readonly after?: number;
  /** Told when the connection broke, with the seconds until it is tried again, and with null when it is back. */
  readonly onBreak?: (retryInSeconds: number | null) => void;
  readonly pause?: (milliseconds: number) => Promise<void>;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;

/** Yield the events of a run until its last one. Raises AspenError for a run that is not known, and for aborts. */
export async function* runEvents(run: string, options: ListenOptions = {}): AsyncGenerator<RunEvent> {
  let after = options.after ?? 0;
  let breaks = 0;
  while (true) {
    try {
      for await (const event of connection(run, after, options)) {
        if (breaks > 0) options.onBreak?.(null);
        breaks = 0;
        if (event.number <= after) continue;
        after = event.number;
        yield event;
        if (isLast(event.frame)) return;
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof AspenError) || !error.isRetryable) throw error;
    }
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** breaks);
    breaks += 1;
    options.onBreak?.(pauseMs / 1000);
    await (options.pause ?? wait)(pauseMs);
    options.signal?.throwIfAborted();
  }
}

/** Whether nothing can come after a frame. */
export function isLast(frame: Frame): boolean {
  return "result" in frame || "error" in frame || frame["event"] === "stopped";
}

async function* connection(run: string, after: number, options: ListenOptions): AsyncGenerator<RunEvent> {
  const response = await sent(options.fetch ?? fetch, `/api/runs/${encodeURIComponent(run)}/events`, {
    headers: { accept: "text/event-stream", "last-event-id": String(after) },
    ...(options.signal ? { signal: options.signal } : {}),
    credentials: "same-origin",
    cache: "no-store",
  });
  if (!response.ok || response.body === null) {
    throw errorIn(await response.json().catch(() => null)) ?? garbled(response.status);
  }
  const reader = response.body.getReader();
  const events = new EventStreamReader();
  try {
    while (true) {
      const { done, value } = await piece(reader, options.signal);
      if (done) return;
      for (const event of events.read(value)) yield numbered(event);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function piece(reader: ReadableStreamDefaultReader<Uint8Array>, signal?: AbortSignal) {
  try {
    return await reader.read();
  } catch {
    signal?.throwIfAborted();
    throw unreachable();
  }
}

function numbered(event: StreamEvent): RunEvent {
  const number = Number(event.id);
  if (!Number.isSafeInteger(number) || number < 1) throw garbled(200);
  try {
    return { number, frame: JSON.parse(event.data) as Frame };
  } catch {
    throw garbled(200);
  }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((go) => setTimeout(go, milliseconds));
}
