/** Keys and what they do. Screens register an action while they are there; the table says which keys call it. */

import { untrack } from "svelte";
import { SvelteMap } from "svelte/reactivity";
import { words } from "../words/words";

export type ActionName = keyof typeof words.shell.actions;

/** `mod` is Ctrl, and Command on a Mac. `control` is Ctrl everywhere. */
export interface Keys {
  readonly mod?: boolean;
  readonly shift?: boolean;
  /** `KeyboardEvent.code` where the place of the key counts, else `KeyboardEvent.key` in small letters. */
  readonly key: string;
}

export const SHORTCUTS: Readonly<Record<ActionName, readonly Keys[]>> = {
  palette: [{ mod: true, key: "k" }],
  newChat: [{ mod: true, shift: true, key: "o" }],
  focusComposer: [{ shift: true, key: "escape" }],
  attach: [{ mod: true, key: "u" }],
  stop: [{ key: "escape" }],
  sendLocally: [{ mod: true, key: "enter" }],
  copyAnswer: [{ mod: true, shift: true, key: "c" }],
  copyCode: [{ mod: true, shift: true, key: ";" }],
  sidebar: [
    { mod: true, shift: true, key: "s" },
    { mod: true, key: "b" },
  ],
  deleteChat: [{ mod: true, shift: true, key: "backspace" }],
  find: [{ mod: true, key: "f" }],
  searchAll: [{ mod: true, shift: true, key: "f" }],
  quote: [{ mod: true, shift: true, key: ">" }],
  lens: [{ mod: true, shift: true, key: "p" }],
  airplane: [{ mod: true, shift: true, key: "a" }],
  shortcuts: [{ mod: true, key: "/" }],
};

const SEMICOLON_KEYS = new Set([";", ":"]);

type Press = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey" | "isComposing">;

/** Return the action that a key press calls, or null. */
export function actionOf(press: Press, isMac = onMac()): ActionName | null {
  if (press.altKey || press.isComposing) return null;
  const names = Object.keys(SHORTCUTS) as ActionName[];
  return names.find((name) => SHORTCUTS[name].some((keys) => matches(keys, press, isMac))) ?? null;
}

function matches(keys: Keys, press: Press, isMac: boolean): boolean {
  const mod = isMac ? press.metaKey : press.ctrlKey;
  const other = isMac ? press.ctrlKey : press.metaKey;
  const pressed = press.key.toLowerCase();
  const isKey = keys.key === ";" ? SEMICOLON_KEYS.has(pressed) : pressed === keys.key;
  return isKey && mod === (keys.mod ?? false) && !other && press.shiftKey === (keys.shift ?? false);
}

/** Write keys the way people read them: Ctrl+Shift+O, or ⌘⇧O. */
export function written(keys: Keys, isMac = onMac()): string {
  const key = keys.key.length === 1 ? keys.key.toUpperCase() : keys.key.charAt(0).toUpperCase() + keys.key.slice(1);
  if (isMac) return `${keys.mod ? "⌘" : ""}${keys.shift ? "⇧" : ""}${key === "Escape" ? "Esc" : key}`;
  const parts = [keys.mod ? "Ctrl" : "", keys.shift ? "Shift" : "", key === "Escape" ? "Esc" : key];
  return parts.filter(Boolean).join("+");
}

export function onMac(): boolean {
  return /mac|iphone|ipad/i.test(navigator.platform);
}

class Shortcuts {
  readonly #actions = new SvelteMap<ActionName, () => void>();

  /** Offer an action until the returned function is called. A newer offer of the same action covers the older one. */
  offer(name: ActionName, run: () => void): () => void {
    const covered = untrack(() => this.#actions.get(name)); // an effect that offers must not depend on what it changes
    this.#actions.set(name, run);
    return () => {
      if (untrack(() => this.#actions.get(name)) !== run) return;
      if (covered) this.#actions.set(name, covered);
      else this.#actions.delete(name);
    };
  }

  /** The actions that can be called now, in the table's order. */
  get offered(): readonly ActionName[] {
    return (Object.keys(SHORTCUTS) as ActionName[]).filter((name) => this.#actions.has(name));
  }

  call(name: ActionName): void {
    this.#actions.get(name)?.();
  }

  /** Answer a key press. A key that nobody offers anything for is left to the browser. */
  press(event: KeyboardEvent): void {
    if (event.defaultPrevented) return;
    const name = actionOf(event);
    const run = name === null ? undefined : this.#actions.get(name);
    if (run === undefined) return;
    event.preventDefault();
    run();
  }
}

export const shortcuts = new Shortcuts();
