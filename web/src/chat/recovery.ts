/** What is left of an answer after Aspen itself has ended in the middle: what was kept, and what was lost. */

import type { View } from "./conversation_calls";
import type { LiveAnswer } from "./live_answer";

export type Recovery =
  /** It never reached the store: the question has to be asked again. */
  | { readonly kind: "never asked" }
  /** The question is kept, of the answer nothing. */
  | { readonly kind: "unanswered" }
  /** The answer was complete already. */
  | { readonly kind: "whole" }
  | { readonly kind: "partly"; readonly keptLetters: number; readonly lostLetters: number };

/** Compare what was seen on the page with what the store has of it; `view` is null where it has no such conversation. */
export function recovered(seen: LiveAnswer, view: View | null): Recovery {
  if (view === null || seen.question === "") return { kind: "never asked" };
  const kept = view.turns.find((turn) => turn.turn === seen.turn && turn.text !== "");
  if (kept === undefined) return { kind: "unanswered" };
  if (!kept.wasStopped) return { kind: "whole" };
  const lostLetters = Math.max(0, seen.text.length - kept.text.length);
  return { kind: "partly", keptLetters: kept.text.length, lostLetters };
}
