import { expect, test } from "vitest";
import type { Frame } from "../api/events";
import { FirstModel } from "./first_model.svelte";

const progress = (stage: string, done: number): Frame => ({ event: "progress", stage, done, total: 100, what: "a" });

function scripted(frames: readonly Frame[], listed: readonly string[] = []) {
  const seen: unknown[] = [];
  const first = new FirstModel({
    begin: () => Promise.resolve({ run: "r" }),
    async *events() {
      for (const frame of frames) {
        yield { frame };
        seen.push(first.progress?.done ?? (first.isLoading ? "loading" : null));
        await Promise.resolve();
      }
    },
    stop: () => Promise.resolve(),
    list: () => Promise.resolve(listed.map((run) => ({ run, verb: "setup", is_over: false }))),
  });
  let ready = 0;
  first.onReady = () => (ready += 1);
  return { first, seen, ready: () => ready };
}

test("the starter's download is told, then its loading, then that it is ready", async () => {
  const { first, seen, ready } = scripted([progress("fetch", 40), progress("load", 10), { result: { ready: true } }]);
  await first.fetch();
  expect([seen, ready(), first.isComing, first.error]).toEqual([[40, "loading", "loading"], 1, false, null]);
});

test("what an earlier page began is followed", async () => {
  const { first, ready } = scripted([progress("fetch", 90), { result: { ready: true } }], ["r"]);
  await first.resume();
  expect(ready()).toBe(1);
});

test("one that fails says why and can be asked for again", async () => {
  const error = { code: "unreachable", sentence: "No network.", hint: "", retryable: true, facts: {} };
  const { first, ready } = scripted([{ error }]);
  await first.fetch();
  expect([first.error?.sentence, first.isComing, ready()]).toEqual(["No network.", false, 0]);
});
