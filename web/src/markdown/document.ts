/** An answer as blocks that are drawn once. Only the last block, which is still being written, is read again.
 *
 * The law: however a text came, once it is complete the blocks are those of the whole text. While it grows, a block
 * counts as closed when a later one has begun on a line of its own; what such a guess got wrong is mended at the end.
 */

import { lexed } from "./lexing";
import type { Definitions, DrawnToken, Tokens } from "./tokens";

export interface Block {
  /** Stays the same while the block only grows, so that its elements stay too. */
  readonly id: number;
  readonly token: DrawnToken;
  readonly isClosed: boolean;
}

const UNSEEN = new Set(["space", "def"]);
const OPEN_FENCE = /^(`{3,}|~{3,})[^\n]*\n/;

export class MarkdownDocument {
  #text = "";
  #isComplete = false;
  #closed: Block[] = [];
  #closedLength = 0;
  #definitions: Definitions = {};
  #blocks: readonly Block[] = [];
  #nextId = 0;

  get blocks(): readonly Block[] {
    return this.#blocks;
  }

  /** Take in the text as it is now, which usually begins with the text as it was. */
  update(text: string, isComplete: boolean): readonly Block[] {
    const now = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
    const goesOn = now.startsWith(this.#text) && !(this.#isComplete && now.length > this.#text.length);
    if (!goesOn) this.#forget();
    const added = now.slice(this.#text.length);
    this.#text = now;
    this.#isComplete = isComplete;
    if (isComplete) this.#blocks = this.#whole();
    else if (added) this.#blocks = this.#growFence(added) ?? this.#grow();
    return this.#blocks;
  }

  #forget(): void {
    this.#text = "";
    this.#closed = [];
    this.#closedLength = 0;
    this.#definitions = {};
  }

  #grow(): readonly Block[] {
    const tail = this.#text.slice(this.#closedLength);
    const { tokens } = lexed(tail, this.#definitions);
    const openFrom = firstOpen(tokens, tail);
    for (const token of tokens.slice(0, openFrom)) {
      this.#closedLength += token.raw.length;
      if (token.type === "def") this.#define(token);
      if (!UNSEEN.has(token.type)) this.#closed.push(this.#block(this.#closed.length, token, true));
    }
    const open = tokens.slice(openFrom).filter((token) => !UNSEEN.has(token.type));
    return [...this.#closed, ...open.map((token, n) => this.#block(this.#closed.length + n, token, false))];
  }

  #define({ tag, href, title }: Tokens.Def): void {
    if (!(tag in this.#definitions)) this.#definitions = { ...this.#definitions, [tag]: { href, title } };
  }

  /** Code that is being written needs no reading, unless what came could be its end. */
  #growFence(added: string): readonly Block[] | null {
    const last = this.#blocks.at(-1);
    if (last === undefined || last.isClosed || last.token.type !== "code") return null;
    const { raw, text } = last.token;
    const [opening, mark] = OPEN_FENCE.exec(raw) ?? [];
    if (!opening || !mark || added.includes(mark.charAt(0)) || raw.slice(opening.length).includes(mark)) return null;
    const token = { ...last.token, raw: raw + added, text: (raw + added).slice(opening.length) };
    return token.text.startsWith(text) ? [...this.#blocks.slice(0, -1), { ...last, token }] : null;
  }

  #whole(): readonly Block[] {
    const { tokens, definitions } = lexed(this.#text);
    const seen = tokens.filter((token) => !UNSEEN.has(token.type));
    this.#closed = seen.map((token, n) => {
      const before = this.#blocks[n];
      return before?.isClosed && isSame(before.token, token) ? before : this.#block(n, token, true);
    });
    this.#closedLength = this.#text.length;
    this.#definitions = definitions;
    return [...this.#closed];
  }

  #block(position: number, token: DrawnToken, isClosed: boolean): Block {
    const before = this.#blocks[position];
    const isSuccessor = before?.token.type === token.type;
    return { id: isSuccessor ? before.id : this.#nextId++, token, isClosed };
  }
}

/** Return the index of the first token that what comes may still change. */
function firstOpen(tokens: readonly DrawnToken[], tail: string): number {
  const last = tokens.findLastIndex((token) => token.type !== "space");
  // "a | b" and "- |" are two blocks until the line goes on and makes them a table.
  if (last < 1 || !tokens[last]?.raw.includes("\n")) return 0;
  const closed = tokens.slice(0, last);
  const isFaithful = tail.startsWith(closed.map((token) => token.raw).join(""));
  return isFaithful ? last : 0;
}

/** Whether two readings of a block agree. Only references can make the same text mean something else. */
function isSame(one: DrawnToken, other: DrawnToken): boolean {
  if (one.raw !== other.raw || one.type !== other.type) return false;
  return !one.raw.includes("[") || JSON.stringify(one) === JSON.stringify(other);
}
