/** Which numbers of a conversation name passages, and in which question each of them went along. */

import type { NumberedPassage, Turn } from "../chat/turns";

export interface CitedPassage extends NumberedPassage {
  /** The question that it went along with. */
  readonly turn: string;
}

/** Collect the passages of a path, and those that went along with the question that is answered now.
 *
 * Numbers are given once on every path.
 */
export function passagesOf(path: readonly Turn[], live: readonly NumberedPassage[], question: string): ReadonlyMap<number, CitedPassage> {
  const found = new Map<number, CitedPassage>();
  for (const { turn, files } of path) {
    for (const { number, words } of files) if (number !== null && words !== "") found.set(number, { turn, number, words });
  }
  for (const answer of path) for (const { number, words } of answer.citations) name(found, number, words);
  for (const { number, words } of live) found.set(number, { turn: question, number, words });
  return found;
}

/** Write a place in short: the page, or the name of the file with its lines. */
export function shortPlace(words: string): string {
  const page = /, (pp?\. [\d–-]+)$/.exec(words)?.[1];
  return page ?? words.slice(words.lastIndexOf("/") + 1);
}

/** What an answer was told of a place can be better than what can be read off the passage: the heading above it. */
function name(found: Map<number, CitedPassage>, number: number, words: string): void {
  const known = found.get(number);
  if (known !== undefined && words !== "") found.set(number, { ...known, words });
}
