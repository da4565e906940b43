/** How full the context of a model is, from what its engine counted, and what fills it. */

import type { Turn } from "./turns";

export interface ContextUse {
  readonly usedTokens: number;
  /** What the first prompt held: instructions, the template's own signs, the first question and its files. */
  readonly beginningTokens: number;
  readonly questionTokens: number;
  readonly answerTokens: number;
}

/** About how many letters a token has, for what no engine has counted yet. */
const LETTERS_PER_TOKEN = 4;

/** Return what the last answer of a path left in the context; null where nobody counted. */
export function contextUse(path: readonly Turn[]): ContextUse | null {
  const counted = path.filter((turn) => turn.usage !== null);
  const first = counted[0]?.usage;
  const last = counted.at(-1)?.usage;
  if (!first || !last) return null;
  const usedTokens = last.promptTokens + last.completionTokens;
  const beginningTokens = Math.min(first.promptTokens, usedTokens);
  const answers = counted.reduce((sum, turn) => sum + (turn.usage?.completionTokens ?? 0), 0);
  const answerTokens = Math.min(answers, usedTokens - beginningTokens);
  return { usedTokens, beginningTokens, answerTokens, questionTokens: usedTokens - beginningTokens - answerTokens };
}

/** Guess how many tokens a text will be. */
export function guessedTokens(text: string): number {
  return Math.ceil(text.length / LETTERS_PER_TOKEN);
}

/** By how many tokens a draft would probably not fit; 0 where it should, or where the context is not known. */
export function probableExcess(usedTokens: number, draft: string, contextTokens: number | null): number {
  if (contextTokens === null) return 0;
  return Math.max(0, usedTokens + guessedTokens(draft) - contextTokens);
}
