/** Signs that turn the order of letters about, or take no room. In code they are shown, since they can make it lie.
 *
 * The danger: https://trojansource.codes (CVE-2021-42574).
 */

export interface Piece {
  readonly text: string;
  /** The code point of a hidden sign; null for text. */
  readonly hidden: number | null;
}

const HIDDEN = /[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u061c]/;
const EACH = new RegExp(`(${HIDDEN.source})`, "u");

export function pieces(text: string): readonly Piece[] {
  if (!HIDDEN.test(text)) return [{ text, hidden: null }];
  return text
    .split(EACH)
    .filter((part) => part !== "")
    .map((part) => ({ text: part, hidden: HIDDEN.test(part) ? (part.codePointAt(0) ?? 0) : null }));
}
