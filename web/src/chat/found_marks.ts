/** Marks found words where they stand on the page, without changing the page: the CSS Custom Highlight API.
 *
 * https://drafts.csswg.org/css-highlight-api-1/. A browser without it still scrolls to the place.
 */

const ALL = "found";
const NOW = "found-now";

/** Return the ranges of a pattern in the visible text of an element. Words that other elements cut in two are found too. */
export function rangesIn(element: Element, pattern: RegExp): readonly Range[] {
  const nodes: { readonly node: Text; readonly from: number }[] = [];
  let text = "";
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node.parentElement?.closest("footer, .unseen, button")) continue;
    nodes.push({ node: node as Text, from: text.length });
    text += (node as Text).data;
  }
  return [...text.matchAll(pattern)].map(({ index, 0: { length } }) => rangeOf(nodes, index, index + length));
}

function rangeOf(nodes: readonly { readonly node: Text; readonly from: number }[], from: number, to: number): Range {
  const range = new Range();
  const first = nodes.findLast((each) => each.from <= from);
  const last = nodes.findLast((each) => each.from < to);
  if (first) range.setStart(first.node, from - first.from);
  if (last) range.setEnd(last.node, to - last.from);
  return range;
}

/** Mark these ranges, and one of them as the one that is looked at. */
export function mark(ranges: readonly Range[], now: Range | null): void {
  if (!("highlights" in CSS)) return;
  CSS.highlights.set(ALL, new Highlight(...ranges));
  CSS.highlights.set(NOW, now === null ? new Highlight() : new Highlight(now));
}

export function unmark(): void {
  if (!("highlights" in CSS)) return;
  CSS.highlights.delete(ALL);
  CSS.highlights.delete(NOW);
}
