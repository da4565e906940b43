/** From text to a tree of tokens, by marked's lexer, within bounds. Nothing here makes HTML. */

import { Lexer, Marked, type Token } from "marked";
import { inlineCitation } from "./citation_rule";
import { blockMath, inlineMath } from "./math_rule";
import { segments } from "./segments";
import type { Definitions, DrawnToken, PlainToken } from "./tokens";

/** Longer runs of text without a block's end are shown as they are: some inline rules take quadratic time. */
const LONGEST_INLINE = 10_000;

const { defaults } = new Marked({ extensions: [blockMath, inlineMath, inlineCitation] });

export interface Lexed {
  readonly tokens: readonly DrawnToken[];
  readonly definitions: Definitions;
}

/** Read a whole text, or the end of one; `known` are the reference definitions of what stands before it. */
export function lexed(text: string, known: Definitions = {}): Lexed {
  const definitions: Record<string, Definitions[string]> = { ...known };
  const tokens: DrawnToken[] = [];
  const waiting: Lexer[] = [];
  for (const segment of segments(text)) {
    if (segment.isPlain) {
      tokens.push(plain(segment.text));
      continue;
    }
    const lexer = blocksOf(segment.text, definitions);
    if (lexer === null) {
      tokens.push(plain(segment.text));
      continue;
    }
    tokens.push(...(lexer.tokens as DrawnToken[]));
    waiting.push(lexer);
  }
  // A definition counts wherever it stands, so text is read only when all of them are known.
  for (const lexer of waiting) readInline(lexer, definitions);
  return { tokens, definitions };
}

function blocksOf(text: string, definitions: Record<string, Definitions[string]>): Lexer | null {
  const lexer = new Lexer(defaults);
  Object.assign(lexer.tokens.links, definitions);
  try {
    lexer.blockTokens(text, lexer.tokens);
  } catch (error) {
    if (error instanceof RangeError) return null; // nested deeper than the stack
    throw error;
  }
  for (const [label, definition] of Object.entries(lexer.tokens.links)) definitions[label] ??= definition;
  return lexer;
}

function readInline(lexer: Lexer, definitions: Definitions): void {
  Object.assign(lexer.tokens.links, definitions);
  for (const { src, tokens } of lexer.inlineQueue) {
    if (src.length > LONGEST_INLINE || !readShort(lexer, src, tokens)) {
      tokens.splice(0, tokens.length, plain(src) as unknown as Token);
    }
  }
  lexer.inlineQueue = [];
}

function readShort(lexer: Lexer, source: string, tokens: Token[]): boolean {
  try {
    lexer.inlineTokens(source, tokens);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function plain(text: string): PlainToken {
  return { type: "plain", raw: text, text };
}
