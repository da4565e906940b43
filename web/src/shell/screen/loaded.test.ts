import { expect, test } from "vitest";
import { garbled } from "../../api/errors";
import { Loaded } from "./loaded.svelte";

test("what comes late never covers what came after it", async () => {
  const answers: ((value: string) => void)[] = [];
  const loaded = new Loaded(() => new Promise<string>((give) => answers.push(give)));
  const first = loaded.load();
  const second = loaded.load();
  answers[1]?.("new");
  answers[0]?.("old");
  await Promise.all([first, second]);
  expect([loaded.value, loaded.isLoading]).toEqual(["new", false]);
});

test("an error keeps what was there, and the next answer clears it", async () => {
  let isBroken = false;
  const loaded = new Loaded(() => (isBroken ? Promise.reject(garbled(500)) : Promise.resolve("here")));
  await loaded.load();
  isBroken = true;
  await loaded.load();
  expect([loaded.value, loaded.error?.code]).toEqual(["here", "failed"]);
  isBroken = false;
  await loaded.load();
  expect([loaded.value, loaded.error]).toEqual(["here", null]);
});
