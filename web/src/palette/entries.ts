/** What the palette reaches, as one list. */

import { hrefOf, SCREENS, type ScreenName } from "../shell/route.svelte";
import { SHORTCUTS, shortcuts, written, type ActionName } from "../shell/shortcuts.svelte";
import { THEMES, theme } from "../shell/theme.svelte";
import { words } from "../words/words";
import type { Named } from "./matching";

export type GroupName = keyof typeof words.palette.groups;

export interface Entry extends Named {
  readonly id: string;
  readonly group: GroupName;
  readonly run: () => void;
  readonly note?: string;
  readonly keys?: string;
}

/** Things to do that have their place on a screen. */
const PLACES = [
  ["download", "models"],
  ["assistant", "models"],
  ["project", "projects"],
  ["label", "projects"],
  ["prove", "settings"],
  ["verify", "ledger"],
] as const;

/** Screens, and the commands that can be called now. */
export function fixedEntries(): readonly Entry[] {
  return [...screenEntries(), ...commandEntries(), ...themeEntries(), ...placeEntries()];
}

function screenEntries(): readonly Entry[] {
  return SCREENS.map((screen) => ({
    id: `screen-${screen}`,
    group: "screens",
    title: words.shell.screens[screen],
    also: words.palette.screensAlso[screen],
    run: () => go(screen),
  }));
}

function commandEntries(): readonly Entry[] {
  const offered = shortcuts.offered.filter((name) => name !== "palette");
  return offered.map((name) => ({
    id: `command-${name}`,
    group: "commands",
    title: words.shell.actions[name],
    keys: keysOf(name),
    run: () => shortcuts.call(name),
  }));
}

function keysOf(name: ActionName): string {
  const [first] = SHORTCUTS[name];
  return first === undefined ? "" : written(first);
}

function themeEntries(): readonly Entry[] {
  return THEMES.map((name) => ({
    id: `theme-${name}`,
    group: "commands",
    title: words.palette.themes[name],
    also: words.shell.theme,
    run: () => theme.choose(name),
  }));
}

function placeEntries(): readonly Entry[] {
  return PLACES.map(([word, screen]) => ({ id: `place-${word}`, group: "commands", title: words.palette[word], run: () => go(screen) }));
}

function go(screen: ScreenName): void {
  location.hash = hrefOf(screen);
}
