/** The highlighter itself; a chunk of its own that only pages with code load. */

import type { Root } from "hast";
import { common, createLowlight } from "lowlight";

const lowlight = createLowlight(common);

/** Return code as a tree, or null for a language that is not known. */
export function colour(code: string, language: string): Root | null {
  return lowlight.registered(language) ? lowlight.highlight(language, code) : null;
}
