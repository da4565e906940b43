/** KaTeX with its style, a chunk of its own. It may not link, load or name classes: `trust` is off. */

import katex from "katex";
import "katex/dist/katex.min.css";

/** Draw a formula; false where it cannot be read, and the element is left empty. */
export function draw(tex: string, element: HTMLElement, isBlock: boolean): boolean {
  try {
    katex.render(tex, element, {
      displayMode: isBlock,
      throwOnError: true,
      strict: "ignore",
      trust: false,
      maxExpand: 200,
      maxSize: 20,
    });
    return true;
  } catch {
    element.replaceChildren();
    return false;
  }
}
