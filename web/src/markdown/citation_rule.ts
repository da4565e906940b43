/** Where an answer may cite passages: `[3]` and `[1, 2]`, but no link, no definition, and no box of a list. */

import type { TokenizerAndRendererExtension } from "marked";
import type { CitationToken } from "./tokens";

const NUMBERS = /^\[ ?(\d{1,4}(?: ?, ?\d{1,4}){0,7}) ?\](?!\()/;

export const inlineCitation: TokenizerAndRendererExtension = {
  name: "citation",
  level: "inline",
  start: (source) => {
    const at = source.search(/\[ ?\d/);
    return at < 0 ? undefined : at;
  },
  tokenizer(source): CitationToken | undefined {
    const [raw, listed] = NUMBERS.exec(source) ?? [];
    if (raw === undefined || listed === undefined || this.lexer.tokens.links[listed]) return undefined;
    return { type: "citation", raw, numbers: listed.split(",").map(Number) };
  },
};
