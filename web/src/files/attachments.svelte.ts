/** Files that go along with the next question of each conversation: read by Aspen one after the other, and kept there. */

import { SvelteMap } from "svelte/reactivity";
import { AspenError } from "../api/errors";
import { notices } from "../shell/notices.svelte";
import { words } from "../words/words";
import { type Attached, whatWasRead } from "./attached";
import { attachFile, attachPath, detachFile, waitingFiles } from "./file_calls";
import { base64Of, type PickedFile, pictureOf, tooLarge } from "./picked";

export interface Attachment {
  readonly id: number;
  readonly name: string;
  readonly state: "reading" | "ready" | "failed";
  /** Why nothing could be read; empty unless it failed. */
  readonly trouble: string;
  /** What Aspen read; null until then. */
  readonly file: Attached | null;
  /** Address of the picture while its bytes are on this page; empty for anything else. */
  readonly preview: string;
}

/** A file that was left out is removed for good a little after its undo has gone. */
const REMOVE_AFTER_MS = 15_000;
const LARGEST_BYTES = 32 << 20;
const NONE: readonly Attachment[] = [];

export class Attachments {
  /** Said once to those who listen instead of looking. */
  announcement = $state("");
  #conversation = $state("new");
  readonly #lists = new SvelteMap<string, readonly Attachment[]>();
  readonly #leaving = new Map<string, ReturnType<typeof setTimeout>>();
  #nextId = 1;
  #queue: Promise<void> = Promise.resolve();

  readonly list = $derived.by(() => this.#lists.get(this.#conversation) ?? NONE);
  readonly ready = $derived(this.list.flatMap(({ state, file }) => (state === "ready" && file !== null ? [file] : [])));
  readonly pictures = $derived(this.list.filter(({ file }) => file?.kind === "picture"));
  readonly isReading = $derived(this.list.some(({ state }) => state === "reading"));

  /** Show what waits in another conversation. */
  async enter(conversation: string): Promise<void> {
    this.#conversation = conversation;
    if (this.#lists.has(conversation)) return;
    // In turn: a file that is being added just now would be listed twice, by us and by the draft.
    await this.#inTurn(() => this.#read(conversation));
  }

  async #read(conversation: string): Promise<void> {
    const waiting = await waitingFiles(conversation).catch(() => []);
    const added = this.#lists.get(conversation) ?? NONE;
    const known = new Set(added.map(({ file }) => file?.reference));
    const kept = waiting.filter(({ reference }) => !known.has(reference) && !this.#leaving.has(reference));
    this.#lists.set(conversation, [...kept.map((file) => this.#of(file)), ...added]);
  }

  /** Have files read and let them wait. */
  add(files: Iterable<PickedFile>): void {
    for (const file of files) {
      this.#take(file.name, pictureOf(file), async (conversation) => {
        if (file.size > LARGEST_BYTES) throw tooLarge(file.name);
        return attachFile(file.name, await base64Of(file), conversation);
      });
    }
  }

  /** Let the file or folder at a path go along. */
  addPath(path: string): void {
    const name = path.split("/").filter(Boolean).at(-1) ?? path;
    this.#take(name, "", (conversation) => attachPath(path, conversation));
  }

  /** Say of something that it cannot be added. */
  refuse(name: string, trouble: string): void {
    this.#put({ id: this.#nextId++, name, state: "failed", trouble, file: null, preview: "" });
    this.announcement = trouble;
  }

  /** Let one go without a way back. */
  drop(id: number): void {
    const gone = this.list.find((each) => each.id === id);
    if (gone === undefined) return;
    this.#lists.set(this.#conversation, this.list.filter((each) => each !== gone));
    this.#forget(gone);
    if (gone.file !== null) void detachFile(gone.file.reference).catch(() => undefined);
  }

  /** Leave one out. What was read of it stays for as long as that can be undone. */
  remove(id: number): void {
    const list = this.list;
    const at = list.findIndex((each) => each.id === id);
    const gone = list[at];
    if (gone === undefined) return;
    const conversation = this.#conversation;
    this.#lists.set(conversation, list.filter((each) => each !== gone));
    const { file } = gone;
    if (file === null) return this.#forget(gone);
    this.#leaving.set(
      file.reference,
      setTimeout(() => {
        this.#leaving.delete(file.reference);
        this.#forget(gone);
        void detachFile(file.reference).catch(() => undefined); // what nobody uses goes by itself in the end
      }, REMOVE_AFTER_MS),
    );
    notices.offerUndo(words.files.removed(gone.name), words.files.undo, () => {
      if (!this.#leaving.has(file.reference)) return;
      clearTimeout(this.#leaving.get(file.reference));
      this.#leaving.delete(file.reference);
      this.#lists.set(conversation, (this.#lists.get(conversation) ?? NONE).toSpliced(at, 0, gone));
    });
  }

  /** Hand over what is ready, and begin anew. */
  take(): readonly Attached[] {
    const { ready } = this;
    for (const each of this.list) this.#forget(each);
    this.#lists.set(this.#conversation, NONE);
    return ready;
  }

  /** Let files wait again that went along with a question which was not asked after all. */
  putBack(files: readonly Attached[]): void {
    const here = new Set(this.ready.map(({ reference }) => reference));
    for (const file of files) if (!here.has(file.reference)) this.#put(this.#of(file));
  }

  /** The chat that has not begun yet became this one: what was added meanwhile goes with it. */
  begun(conversation: string): void {
    const list = this.#lists.get("new") ?? NONE;
    this.#lists.set("new", NONE);
    this.#lists.set(conversation, list);
    if (this.#conversation === "new") this.#conversation = conversation;
  }

  #take(name: string, preview: string, read: (conversation: string) => Promise<Attached>): void {
    const id = this.#nextId++;
    const conversation = this.#conversation;
    this.#put({ id, name, state: "reading", trouble: "", file: null, preview });
    // One after the other: a large file must not keep several others of its size in memory.
    void this.#inTurn(async () => {
      if (!this.#has(id)) return;
      try {
        const file = await read(conversation);
        if (this.#has(id)) this.#change(id, { file, name: file.name, state: "ready" });
        else void detachFile(file.reference).catch(() => undefined);
        this.announcement = words.files.wasRead(file.name, whatWasRead(file));
      } catch (error) {
        const trouble = error instanceof AspenError ? [error.sentence, error.hint].filter(Boolean).join(" ") : words.files.unreadable(name);
        this.#change(id, { trouble, state: "failed" });
        this.announcement = trouble;
      }
    });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(work);
    return this.#queue;
  }

  #of(file: Attached): Attachment {
    return { id: this.#nextId++, name: file.name, state: "ready", trouble: "", file, preview: "" };
  }

  #put(added: Attachment): void {
    this.#lists.set(this.#conversation, [...this.list, added]);
  }

  #has(id: number): boolean {
    return [...this.#lists.values()].some((list) => list.some((each) => each.id === id));
  }

  #change(id: number, to: Partial<Attachment>): void {
    for (const [conversation, list] of this.#lists) {
      if (!list.some((each) => each.id === id)) continue;
      this.#lists.set(conversation, list.map((each) => (each.id === id ? { ...each, ...to } : each)));
    }
  }

  #forget(gone: Attachment): void {
    if (gone.preview !== "") URL.revokeObjectURL(gone.preview);
  }
}

export const attachments = new Attachments();
