/** Where words stand in the turns of a chat, counted in what was written. It knows nothing of the page. */

export interface Place {
  /** The key of the turn. */
  readonly turn: string;
  /** Which of the places in that turn, from 0. */
  readonly nth: number;
}

interface Written {
  readonly key: string;
  readonly text: string;
}

/** Return every place, oldest first. Case does not matter, nor how much space is between words. */
export function placesOf(turns: readonly Written[], query: string): readonly Place[] {
  const wanted = patternOf(query);
  if (wanted === null) return [];
  return turns.flatMap(({ key, text }) => [...text.matchAll(wanted)].map((_, nth) => ({ turn: key, nth })));
}

/** Return a pattern for words as they were typed; null where nothing was. */
export function patternOf(query: string): RegExp | null {
  const words = query.trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return null;
  return new RegExp(words.map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("\\s+"), "giu");
}

/** Return where to begin: the last place, since a chat is read from its end. */
export function firstShown(places: readonly Place[]): number {
  return places.length - 1;
}

/** Return the place after or before one, round the ends; -1 where there is none. */
export function stepped(at: number, step: 1 | -1, count: number): number {
  return count === 0 ? -1 : (at + step + count) % count;
}
