/** How an answer's drawing learns which numbers name passages, and opens one. */

import { getContext, setContext } from "svelte";

export interface Cited {
  /** Where a passage stands, in short and in full; null for a number that names none. */
  readonly placeOf: (number: number) => { readonly short: string; readonly full: string } | null;
  readonly open: (number: number) => void;
}

const KEY = Symbol("cited");

export function provideCited(cited: Cited): void {
  setContext(KEY, cited);
}

export function knownCited(): Cited | null {
  return getContext<Cited | undefined>(KEY) ?? null;
}
