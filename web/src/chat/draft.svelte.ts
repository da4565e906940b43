/** What stands in the composer and was not sent yet: one text for each conversation, kept in Aspen's own store.
 *
 * Nothing of it goes into the browser's storage, which is not encrypted and not Aspen's.
 */

import { keepDraft, readDraft } from "./conversation_calls";

/** Stands for the chat that has not begun yet. */
export const NEW = "new";

const KEEP_AFTER_MS = 400;

export interface DraftStore {
  readonly keep: (conversation: string, text: string) => Promise<void>;
  readonly read: (conversation: string) => Promise<string>;
}

export class Draft {
  /** Counts up when the composer should take the focus. */
  calls = $state(0);
  #conversation = NEW;
  #text = $state("");
  readonly #texts = new Map<string, string>();
  readonly #waiting = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #store: DraftStore;

  constructor(store: DraftStore) {
    this.#store = store;
  }

  get text(): string {
    return this.#text;
  }

  set text(text: string) {
    this.#text = text;
    this.#texts.set(this.#conversation, text);
    this.#keepSoon(this.#conversation, text);
  }

  /** Put a text into the composer and go there. */
  begin(text: string): void {
    this.text = text;
    this.calls += 1;
  }

  /** Put words of the chat before what one goes on to write, as a quotation. */
  quote(words: string): void {
    const quoted = words.trim().split("\n").map((line) => `> ${line}`.trimEnd()).join("\n");
    const before = this.text.trimEnd();
    this.begin(`${before}${before === "" ? "" : "\n\n"}${quoted}\n\n`);
  }

  focus(): void {
    this.calls += 1;
  }

  /** Show the draft of another conversation. What is typed before it was read counts more than what was kept. */
  async enter(conversation: string): Promise<void> {
    if (conversation === this.#conversation && this.#texts.has(conversation)) return;
    this.#conversation = conversation;
    this.#text = this.#texts.get(conversation) ?? "";
    if (this.#texts.has(conversation)) return;
    const kept = await this.#store.read(conversation).catch(() => "");
    if (this.#texts.has(conversation)) return;
    this.#texts.set(conversation, kept);
    if (this.#conversation === conversation) this.#text = kept;
  }

  /** Empty the box because its text was sent; the kept draft goes only with `sent`. */
  take(): string {
    const text = this.#text;
    this.#cancel(this.#conversation);
    this.#text = "";
    this.#texts.set(this.#conversation, "");
    return text;
  }

  /** The text stands in the conversation now: its draft is of no more use, unless a new one was begun. */
  sent(conversation: string): void {
    if (!this.#texts.get(conversation)) this.#keepSoon(conversation, "");
  }

  /** The chat that has not begun yet became this one: what was typed meanwhile goes with it. */
  begun(conversation: string): void {
    const text = this.#texts.get(NEW) ?? "";
    this.#texts.set(conversation, text);
    this.#texts.set(NEW, "");
    this.#keepSoon(NEW, "");
    if (text !== "") this.#keepSoon(conversation, text);
    if (this.#conversation === NEW) this.#conversation = conversation;
  }

  /** Write down at once what is waiting, as before the page goes. */
  flush(): void {
    for (const conversation of [...this.#waiting.keys()]) this.#keep(conversation);
  }

  #keepSoon(conversation: string, text: string): void {
    this.#cancel(conversation);
    const timer = setTimeout(() => this.#keep(conversation, text), KEEP_AFTER_MS);
    this.#waiting.set(conversation, timer);
  }

  #keep(conversation: string, text = this.#texts.get(conversation) ?? ""): void {
    this.#cancel(conversation);
    void this.#store.keep(conversation, text).catch(() => undefined); // it still stands in the box
  }

  #cancel(conversation: string): void {
    clearTimeout(this.#waiting.get(conversation));
    this.#waiting.delete(conversation);
  }
}

export const draft = new Draft({ keep: keepDraft, read: readDraft });
