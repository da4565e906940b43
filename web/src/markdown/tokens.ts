/** The tokens that the components draw: marked's own, formulas, and text that is too large to be anything else. */

import type { MarkedToken, Tokens } from "marked";

export interface MathToken {
  readonly type: "math";
  readonly raw: string;
  readonly tex: string;
  readonly isBlock: boolean;
}

export interface PlainToken {
  readonly type: "plain";
  readonly raw: string;
  readonly text: string;
}

/** Numbers in square brackets, which may name passages: whether they do is known where the answer is drawn. */
export interface CitationToken {
  readonly type: "citation";
  readonly raw: string;
  readonly numbers: readonly number[];
}

export type DrawnToken = MarkedToken | MathToken | PlainToken | CitationToken;

export type Definition = Pick<Tokens.Link, "href" | "title">;

/** Reference definitions by label, as marked keeps them. */
export type Definitions = Readonly<Record<string, Definition>>;

/** marked's types leave room for extensions of any shape; ours are those above. */
export function drawn(tokens: readonly unknown[] | undefined): readonly DrawnToken[] {
  return (tokens ?? []) as readonly DrawnToken[];
}

export type { Tokens };
