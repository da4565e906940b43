/** Colours for code that is complete: fetched with the first code block, one block at a time, when there is time. */

import type { Root, RootContent } from "hast";

export type Highlighted = readonly RootContent[];

/** Longer code stays plain: colouring would hold the page. */
const LONGEST = 40_000;

let engine: Promise<(code: string, language: string) => Root | null> | undefined;
let last: Promise<unknown> = Promise.resolve();

/** Return the code as a tree of spans, or null where it stays plain. */
export function highlight(code: string, language: string): Promise<Highlighted | null> {
  if (!language || code.length > LONGEST) return Promise.resolve(null);
  const mine = last.then(() => coloured(code, language));
  last = mine;
  return mine;
}

async function coloured(code: string, language: string): Promise<Highlighted | null> {
  try {
    engine ??= import("./highlight_engine").then((module) => module.colour);
    const colour = await engine;
    await spareTime();
    return colour(code, language)?.children ?? null;
  } catch {
    engine = undefined; // the chunk did not come: the code is readable without colours
    return null;
  }
}

function spareTime(): Promise<void> {
  return new Promise((go) => {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(() => go(), { timeout: 300 });
    else setTimeout(go, 8);
  });
}
