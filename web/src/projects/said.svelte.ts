/** What was said of folders and files: listed, changed, taken back, each with the way back. */

import { call } from "../api/client";
import type { LabelledPath, Project } from "../api/shapes";
import { notices } from "../shell/notices.svelte";
import { asAspenError, Loaded } from "../shell/screen/loaded.svelte";
import { words } from "../words/words";

const text = words.projects;

export const said = new Loaded(() => call("list_labels", {}));

/** Say what may happen to a project; returns whether that worked. */
export function setProject(project: Project, answer: string): Promise<boolean> {
  return changed(async () => {
    await call("set_project", { folder: project.path, answer });
    const sentence = text.folders.changed(project.name, wordOf(answer));
    notices.offerUndo(sentence, words.shell.undo, () => void changed(() => call("set_project", { folder: project.path, answer: project.answer })));
  });
}

/** Say who answers in a project, or its instructions. */
export function changeProject(project: Project, changes: { readonly instructions?: string; readonly default_model?: string | null }): Promise<boolean> {
  return changed(async () => {
    await call("set_project", { folder: project.path, ...changes });
    notices.say(text.folders.kept(project.name));
  });
}

/** Answer what may happen to what is put into a project. */
export function answerFor(project: Project, answer: string): Promise<boolean> {
  return changed(() => call("set_project", { folder: project.path, answer }));
}

export function forgetProject(project: Project): Promise<boolean> {
  return changed(async () => {
    await call("forget_project", { folder: project.path });
    notices.say(text.folders.forgotten(project.name));
  });
}

export function addProject(folder: string, answer: string): Promise<boolean> {
  return changed(async () => {
    const made = await call("set_project", { folder, answer });
    notices.say(text.folders.added(made.name));
  });
}

export function declare(path: string, label: string): Promise<boolean> {
  const before = said.value?.labels.find((each) => pathOf(each) === path);
  return changed(async () => {
    const made = await call("declare_label", { path, label });
    const undo = () => void changed(() => (before ? declareAsBefore(before) : call("forget_label", { path })));
    notices.offerUndo(text.paths.declared(made.path, wordOf(label)), words.shell.undo, undo);
  });
}

export function forget(row: LabelledPath): Promise<boolean> {
  return changed(async () => {
    await call("forget_label", { path: pathOf(row) });
    notices.offerUndo(text.paths.forgotten(row.path), words.shell.undo, () => void changed(() => declareAsBefore(row)));
  });
}

/** The path as the verbs take it. */
export function pathOf(row: LabelledPath): string {
  return row.absolute ?? row.path;
}

export function wordOf(answer: string): string {
  return text.answers[answer] ?? answer;
}

function declareAsBefore(row: LabelledPath): Promise<unknown> {
  const { providers } = row.label;
  return call("declare_label", { path: pathOf(row), label: row.word, ...(providers === null ? {} : { providers }) });
}

async function changed(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    notices.fail(asAspenError(error));
    return false;
  } finally {
    await said.load();
  }
}
