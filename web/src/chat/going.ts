/** Which words have gone: worked out from what the store says, never guessed. */

import type { Turn } from "./turns";

/** Return the turns that have left with some answer: its question and what went before it, but for what is kept here. */
export function leftTurns(path: readonly Turn[]): ReadonlySet<Turn> {
  const last = path.findLastIndex((turn) => turn.sent !== null);
  return new Set(path.slice(0, Math.max(0, last)).filter((turn) => turn.keptHere?.isWhole !== true));
}
