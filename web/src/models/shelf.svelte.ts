/** What the screen knows of models: those here, those in memory, those to be had. Shared with the palette. */

import { call } from "../api/client";
import type { ShownAssistant } from "../api/shapes";
import { notices } from "../shell/notices.svelte";
import { asAspenError, Loaded } from "../shell/screen/loaded.svelte";
import { words } from "../words/words";

export const here = new Loaded(() => call("models", {}));
export const inMemory = new Loaded(() => call("ps", {}));
export const catalogue = new Loaded(() => call("catalogue", {}));

/** Take a model out of memory. */
export async function unload(name: string): Promise<void> {
  await told(async () => {
    await call("unload", { name });
    notices.say(words.models.loaded.unloaded(name));
  });
  await inMemory.load();
}

/** Remove a model. One whose file stays can be brought back. */
export async function removeModel(name: string, path: string): Promise<void> {
  await told(async () => {
    const { removed } = await call("remove", { name });
    if (removed.length > 0) notices.say(words.models.here.removed(name));
    else notices.offerUndo(words.models.here.forgotten(name), words.shell.undo, () => void addFile(path, name));
  });
  await Promise.all([here.load(), inMemory.load(), catalogue.load()]);
}

/** List a file of the user's own; returns whether that worked. */
export async function addFile(path: string, name?: string): Promise<boolean> {
  const isDone = await told(async () => {
    const added = await call("add", name === undefined ? { path } : { path, name });
    notices.say(words.models.get.added(added.name));
  });
  await here.load();
  return isDone;
}

/** Remove an assistant; undoing makes the same one again from its Modelfile. */
export async function removeAssistant(name: string): Promise<void> {
  await told(async () => {
    const kept = (await call("show", { name })) as ShownAssistant;
    await call("remove", { name });
    notices.offerUndo(words.models.assistants.removed(name), words.shell.undo, () => void bringBack(kept));
  });
  await here.load();
}

async function bringBack(kept: ShownAssistant): Promise<void> {
  await told(async () => {
    await call("create", { name: kept.name, modelfile: kept.modelfile });
    notices.say(words.models.assistants.restored(kept.name));
  });
  await here.load();
}

export async function copyAssistant(name: string, taken: ReadonlySet<string>): Promise<void> {
  let target = words.models.assistants.copyName(name);
  for (let count = 2; taken.has(target); count += 1) target = `${words.models.assistants.copyName(name)}-${count}`;
  await told(async () => {
    const made = await call("copy", { source: name, target });
    notices.say(words.models.assistants.copied(made.name));
  });
  await here.load();
}

/** Do something, and say it where it does not work. */
async function told(act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    notices.fail(asAspenError(error));
    return false;
  }
}
