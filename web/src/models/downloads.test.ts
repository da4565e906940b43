import { expect, test } from "vitest";
import { garbled } from "../api/errors";
import type { Frame } from "../api/events";
import { Downloads, type Ways } from "./downloads.svelte";

const PLAN = { event: "plan", name: "org/repo:Q4_K_M", size_bytes: 1000, fit: "fits" };
const progress = (done: number): Frame => ({ event: "progress", stage: "fetch", done, total: 1000, what: "a.gguf" });

/** A service that plays one list of frames for each run; a function in it is called on the way. */
function scripted(runs: readonly (readonly (Frame | (() => void))[])[], listed: readonly string[] = []) {
  const told = { begun: [] as string[], stopped: [] as string[], milliseconds: 0 };
  const ways: Ways = {
    begin: (reference) => Promise.resolve({ run: String(told.begun.push(reference) - 1) }),
    async *events(run) {
      for (const step of runs[Number(run)] ?? []) {
        if (typeof step === "function") step();
        else yield { frame: step };
        await Promise.resolve();
      }
    },
    stop: (run) => Promise.resolve(told.stopped.push(run)),
    list: () => Promise.resolve(listed.map((run) => ({ run, verb: "pull", is_over: false }))),
    now: () => told.milliseconds,
  };
  return { told, downloads: new Downloads(ways) };
}

test("a download tells its plan, its pace and its end", async () => {
  const seen: (number | null)[] = [];
  const { told, downloads } = scripted([
    [PLAN, progress(100), () => (told.milliseconds = 1000), progress(600), () => seen.push(downloads.all[0]?.bytesPerSecond ?? null), { result: { name: "repo" } }],
  ]);
  const done: string[] = [];
  downloads.onDone = (name) => done.push(name);
  await downloads.start("some");
  expect([told.begun, seen, done, downloads.all]).toEqual([["some"], [500], ["repo"], []]);
});

test("one that is stopped keeps how far it came, and goes on by the same reference", async () => {
  const { told, downloads } = scripted([
    [PLAN, progress(400), { event: "stopped" }],
    [PLAN, progress(400), progress(1000), { result: { name: "repo" } }],
  ]);
  await downloads.start("some");
  expect(downloads.all.map((each) => [each.state, each.doneBytes, each.totalBytes])).toEqual([["stopped", 400, 1000]]);
  await downloads.start("some");
  expect([told.begun, downloads.all]).toEqual([["some", "some"], []]);
});

test("one that fails says why, and is asked for again by its button", async () => {
  const error = { code: "unreachable", sentence: "No network.", hint: "", retryable: true, facts: {} };
  const { downloads } = scripted([[PLAN, { error }]]);
  await downloads.start("some");
  expect([downloads.all[0]?.state, downloads.all[0]?.error?.sentence]).toEqual(["failed", "No network."]);
});

test("a service that does not answer is a failure with its sentence", async () => {
  const downloads = new Downloads({
    begin: () => Promise.reject(garbled(500)),
    events: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true as const, value: undefined }) }) }),
    stop: () => Promise.resolve(),
    list: () => Promise.resolve([]),
    now: () => 0,
  });
  await downloads.start("some");
  expect(downloads.all[0]?.error?.code).toBe("failed");
});

test("what is asked for twice is fetched once", async () => {
  const { told, downloads } = scripted([[PLAN, () => void downloads.start("some"), () => void downloads.start(PLAN.name), progress(1000), { result: { name: "repo" } }]]);
  await downloads.start("some");
  expect(told.begun).toEqual(["some"]);
});

test("a download that an earlier page began is found and can be gone on with by the name in its plan", async () => {
  const { told, downloads } = scripted([[PLAN, progress(300), { event: "stopped" }]], ["0"]);
  await downloads.lookForEarlier();
  await new Promise((go) => setTimeout(go, 5));
  expect(downloads.all.map((each) => [each.reference, each.state])).toEqual([["org/repo:Q4_K_M", "stopped"]]);
  await downloads.start("org/repo:Q4_K_M");
  expect(told.begun).toEqual(["org/repo:Q4_K_M"]);
});
