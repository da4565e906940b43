/** What people read of the perimeter: a word for the chip and a sentence. */

import { words } from "../words/words";
import type { Perimeter } from "./perimeter.svelte";

export interface PerimeterWords {
  readonly word: string;
  readonly means: string;
}

export function perimeterWords(now: Perimeter): PerimeterWords {
  const told = words.shell.perimeter;
  switch (now.kind) {
    case "unknown":
      return { word: told.unknown, means: told.unknownMeans };
    case "home":
      return { word: told.home, means: told.homeMeans };
    case "away":
      return { word: told.away(now.provider), means: told.awayMeans(now.provider) };
    case "airplane":
      return { word: told.airplane, means: told.airplaneMeans };
  }
}
