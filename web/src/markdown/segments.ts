/** Cuts lines out of a text that no grammar should be asked to read: enormous ones, and absurdly nested ones.
 *
 * They are shown as they are. What stands between code fences keeps its lines, since nothing is looked for there.
 */

export interface Segment {
  readonly text: string;
  readonly isPlain: boolean;
}

const LONGEST_LINE = 10_000;
const NESTED_MARKERS = /^(?:[ \t]{0,8}(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))){24}/;
const DEEP_INDENT = /^[ \t]{80}/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** Return the text as pieces that follow each other without a gap. */
export function segments(text: string): readonly Segment[] {
  const found: Segment[] = [];
  let start = 0;
  let fence = "";
  for (let at = 0; at < text.length; ) {
    const end = endOfLine(text, at);
    const head = text.slice(at, Math.min(end, at + 400));
    fence = fenceAfter(fence, head);
    if (!fence && isAbsurd(head, end - at)) {
      if (at > start) found.push({ text: text.slice(start, at), isPlain: false });
      found.push({ text: text.slice(at, end), isPlain: true });
      start = end;
    }
    at = end;
  }
  if (start < text.length) found.push({ text: text.slice(start), isPlain: false });
  return found;
}

function endOfLine(text: string, from: number): number {
  const at = text.indexOf("\n", from);
  return at < 0 ? text.length : at + 1;
}

function isAbsurd(head: string, length: number): boolean {
  return length > LONGEST_LINE || NESTED_MARKERS.test(head) || DEEP_INDENT.test(head);
}

function fenceAfter(fence: string, line: string): string {
  const [, mark] = FENCE.exec(line) ?? [];
  if (!mark) return fence;
  if (!fence) return mark;
  const closes = mark[0] === fence[0] && mark.length >= fence.length && line.trim() === mark;
  return closes ? "" : fence;
}
