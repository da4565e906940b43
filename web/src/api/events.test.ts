// @vitest-environment node
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { beginRun, call, type Fetch, listRuns } from "./client";
import { AspenError } from "./errors";
import { type RunEvent, runEvents } from "./events";

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A real server on loopback, and a fetch that resolves addresses against it. */
async function served(answer: RequestListener): Promise<Fetch> {
  const server = createServer(answer);
  await new Promise<void>((go) => server.listen(0, "127.0.0.1", go));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return (address, options) => fetch(`http://127.0.0.1:${port}${address}`, options);
}

async function collected(events: AsyncGenerator<RunEvent>): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for await (const { number, frame } of events) found.push([number, frame["text"] ?? Object.keys(frame)[0]]);
  return found;
}

const event = (number: number, frame: object): string => `id: ${number}\ndata: ${JSON.stringify(frame)}\n\n`;
const noPause = (): Promise<void> => Promise.resolve();

test("a run is read to its end", async () => {
  const send = await served((_, response) => {
    response.end(event(1, { event: "text", text: "ö" }) + event(2, { result: {} }));
  });
  expect(await collected(runEvents("r", { fetch: send }))).toEqual([[1, "ö"], [2, "result"]]);
});

test("after a break inside a character it goes on with what came after the last event, and nothing comes twice", async () => {
  const asked: unknown[] = [];
  const send = await served((request, response) => {
    asked.push(request.headers["last-event-id"]);
    if (asked.length === 1) {
      const second = Buffer.from(event(2, { event: "text", text: "é" }));
      response.write(event(1, { event: "text", text: "a" }));
      response.write(second.subarray(0, second.indexOf(0xc3) + 1), () => setTimeout(() => response.destroy(), 30));
      return;
    }
    response.end(event(1, { text: "a" }) + event(2, { event: "text", text: "é" }) + event(3, { event: "stopped" }));
  });
  const breaks: unknown[] = [];
  const events = runEvents("r", { fetch: send, pause: noPause, onBreak: (seconds) => breaks.push(seconds) });
  expect(await collected(events)).toEqual([[1, "a"], [2, "é"], [3, "event"]]);
  expect(asked).toEqual(["0", "1"]);
  expect(breaks).toEqual([0.25, null]);
});

test("while nobody answers the pauses grow to a bound", async () => {
  let tries = 0;
  const send = await served((_, response) => {
    tries += 1;
    if (tries < 8) response.destroy();
    else response.end(event(1, { result: {} }));
  });
  const pauses: number[] = [];
  const pause = (milliseconds: number): Promise<void> => {
    pauses.push(milliseconds);
    return Promise.resolve();
  };
  await collected(runEvents("r", { fetch: send, pause }));
  expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
});

test("a run that is not known any more ends the reading with its error", async () => {
  const told = { code: "not_found", sentence: "This run is not known any more.", hint: "h", retryable: false, facts: {} };
  const send = await served((_, response) => response.writeHead(404).end(JSON.stringify({ error: told })));
  const failure = await collected(runEvents("r", { fetch: send, pause: noPause })).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(AspenError);
  expect(failure).toMatchObject({ code: "not_found", sentence: told.sentence, hint: "h", isRetryable: false });
});

test("an abort ends the reading at once", async () => {
  const send = await served((_, response) => response.write(event(1, { event: "text", text: "a" })));
  const abort = new AbortController();
  const events = runEvents("r", { fetch: send, signal: abort.signal });
  expect((await events.next()).value).toMatchObject({ number: 1 });
  const next = events.next();
  abort.abort();
  await expect(next).rejects.toMatchObject({ name: "AbortError" });
});

test("a call sends arguments as JSON and gives back the result", async () => {
  const send = await served((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const told = { verb: request.url, kind: request.headers["content-type"], body: Buffer.concat(parts).toString() };
      response.end(JSON.stringify(request.method === "GET" ? { runs: [told] } : told));
    });
  });
  const told = await call("open_conversation", { words: "ü" }, { fetch: send });
  expect(told).toMatchObject({ verb: "/api/call/open_conversation", kind: "application/json", body: '{"words":"ü"}' });
  expect(await beginRun("ask", { again: "x" }, { fetch: send })).toMatchObject({
    body: '{"verb":"ask","arguments":{"again":"x"}}',
  });
  expect(await listRuns({ fetch: send })).toMatchObject([{ verb: "/api/runs" }]);
});

test("a call that fails says so in a sentence, whatever answered", async () => {
  const told = { code: "misused", sentence: "No.", hint: "Say it otherwise.", retryable: false, facts: { n: 1 } };
  const refusing = await served((_, response) => response.writeHead(400).end(JSON.stringify({ error: told })));
  await expect(call("models", {}, { fetch: refusing })).rejects.toMatchObject({ sentence: "No.", facts: { n: 1 } });
  const strange = await served((_, response) => response.writeHead(500).end("<html>"));
  await expect(call("models", {}, { fetch: strange })).rejects.toMatchObject({ code: "failed", isRetryable: true });
  const gone: Fetch = () => fetch("http://127.0.0.1:9");
  await expect(call("models", {}, { fetch: gone })).rejects.toMatchObject({ code: "service_unreachable" });
});
