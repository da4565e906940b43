/** Which entries a few typed letters mean, best first. */

export interface Named {
  readonly title: string;
  /** Other words that it can be found by. */
  readonly also?: string;
}

const WHOLE = 100;
const START = 60;
const WORD_START = 40;
const INSIDE = 20;
const LETTERS = 5;
/** What is found by its other words goes behind what has the word in its title. */
const ALSO = 3;

/** Return the entries in which every typed word is found, best first; all of them where nothing is typed. */
export function matching<T extends Named>(entries: readonly T[], typed: string): readonly T[] {
  const wanted = plain(typed).split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return entries;
  const scored = entries.map((entry, place) => ({ entry, place, score: scoreOf(entry, wanted) }));
  const found = scored.filter(({ score }) => score > 0);
  return found.sort((a, b) => b.score - a.score || a.place - b.place).map(({ entry }) => entry);
}

function scoreOf(entry: Named, wanted: readonly string[]): number {
  const title = plain(entry.title);
  const also = plain(entry.also ?? "");
  const scores = wanted.map((word) => Math.max(placed(title, word), placed(also, word) / ALSO));
  return scores.every((score) => score > 0) ? scores.reduce((sum, score) => sum + score, 0) : 0;
}

function placed(text: string, word: string): number {
  if (text === word) return WHOLE;
  if (text.startsWith(word)) return START;
  const at = text.indexOf(word);
  if (at > 0) return /[\s\-_:/.]/.test(text[at - 1] ?? "") ? WORD_START : INSIDE;
  return word.length >= 3 && hasInOrder(text, word) ? LETTERS : 0;
}

/** Whether the letters come in this order, each at most a few letters after the one before: "smlm" in "smollm". */
function hasInOrder(text: string, word: string): boolean {
  let at = text.indexOf(word[0] ?? "");
  if (at < 0) return false;
  for (const letter of word.slice(1)) {
    const next = text.indexOf(letter, at + 1);
    if (next < 0 || next - at > 4) return false;
    at = next;
  }
  return true;
}

/** Small letters without accents. */
function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase().trim();
}
