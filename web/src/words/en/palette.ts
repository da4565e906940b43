/** The palette: one box that reaches everything. */

import { counted } from "../amounts";

export const palette = {
  title: "Find anything",
  hint: "Screens, commands, chats, models",
  results: "Results",
  groups: { screens: "Go to", commands: "Commands", chats: "Chats", texts: "Found in chats", models: "Ask a model" },
  found: (count: number): string => counted(count, { one: "result", other: "results" }),
  none: (words: string): string => `Nothing is called “${words}”.`,
  waiting: "Looking through your chats.",
  untitled: "Chat without a title",
  asks: (model: string): string => `Ask ${model}`,
  move: "to move",
  open: "to open",
  leave: "to close",
  /** Other words under which people look for a screen. */
  screensAlso: {
    chat: "conversation ask question",
    models: "download assistant load memory",
    projects: "folder label private privacy",
    compare: "side by side",
    ledger: "ledger sent internet record",
    settings: "preferences options walls jail storage text size",
  },
  themes: { system: "Appearance: as the system has it", light: "Appearance: light", dark: "Appearance: dark" },
  download: "Download a model",
  assistant: "Make an assistant",
  project: "Add a project",
  label: "Say what may happen to a file or folder",
  prove: "Prove that the walls hold",
  verify: "Check the ledger",
};
