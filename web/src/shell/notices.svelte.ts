/** Short messages at the edge of the page. Each is announced once; one with an undo stays until time for it is over. */

export interface Notice {
  readonly id: number;
  readonly sentence: string;
  readonly hint: string;
  readonly isError: boolean;
  /** What the button does; null where there is none. */
  readonly action: { readonly label: string; readonly run: () => void } | null;
}

const SHOWN_MS = 6000;
const UNDO_MS = 12_000;
const MOST = 4;

class Notices {
  shown = $state.raw<readonly Notice[]>([]);
  #nextId = 1;
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();

  say(sentence: string, hint = ""): void {
    this.#add({ sentence, hint, isError: false, action: null }, SHOWN_MS);
  }

  /** Say what was done, with the way back. */
  offerUndo(sentence: string, label: string, undo: () => void): void {
    this.#add({ sentence, hint: "", isError: false, action: { label, run: undo } }, UNDO_MS);
  }

  /** Say what went wrong. It stays until it is dismissed. */
  fail(error: { readonly sentence: string; readonly hint: string }, action: Notice["action"] = null): void {
    this.#add({ sentence: error.sentence, hint: error.hint, isError: true, action }, null);
  }

  act(notice: Notice): void {
    this.dismiss(notice.id);
    notice.action?.run();
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.shown = this.shown.filter((notice) => notice.id !== id);
  }

  /** Keep a notice while a person points at it or has it in focus. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
  }

  release(id: number): void {
    if (this.#timers.has(id)) this.#dismissAfter(id, SHOWN_MS);
  }

  #add(notice: Omit<Notice, "id">, shownMs: number | null): void {
    const id = this.#nextId++;
    for (const old of this.shown.slice(0, Math.max(0, this.shown.length - MOST + 1))) this.dismiss(old.id);
    this.shown = [...this.shown, { ...notice, id }];
    if (shownMs !== null) this.#dismissAfter(id, shownMs);
  }

  #dismissAfter(id: number, milliseconds: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.set(id, setTimeout(() => this.dismiss(id), milliseconds));
  }
}

export const notices = new Notices();
