/** Where a formula begins and ends: `$…$`, `$$…$$`, `\(…\)` and `\[…\]`.
 *
 * A dollar opens a formula only before a letter or sign and closes it only after one and not before a digit, so that
 * prices stay prices (the rule of Pandoc's tex_math_dollars).
 */

import type { TokenizerAndRendererExtension } from "marked";
import type { MathToken } from "./tokens";

const INLINE = [
  /^\$\$(?!\$)((?:\\[\s\S]|[^\\$])+?)\$\$/,
  /^\$(?![\s$])((?:\\[\s\S]|[^\\$\n]|\n(?!\s*\n))*?(?:\\[\s\S]|[^\\$\s]))\$(?!\d)/,
  /^\\\(((?:[^\\]|\\(?!\)))+?)\\\)/,
  /^\\\[((?:[^\\]|\\(?!\]))+?)\\\]/,
];

const BLOCK = [
  /^ {0,3}\$\$[ \t]*(?:\n)?((?:\\[\s\S]|[^\\$])+?)\n?[ \t]*\$\$[ \t]*(?:\n+|$)/,
  /^ {0,3}\\\[[ \t]*\n?((?:[^\\]|\\(?!\]))+?)\n?[ \t]*\\\][ \t]*(?:\n+|$)/,
];

const LONGEST_FORMULA = 4000;

function firstMatch(rules: readonly RegExp[], source: string, isBlock: boolean): MathToken | undefined {
  const window = source.slice(0, LONGEST_FORMULA);
  for (const rule of rules) {
    const [raw, tex] = rule.exec(window) ?? [];
    if (raw !== undefined && tex?.trim()) return { type: "math", raw, tex: tex.trim(), isBlock };
  }
  return undefined;
}

const opening = (source: string): number | undefined => {
  const at = source.search(/\$|\\[([]/);
  return at < 0 ? undefined : at;
};

export const inlineMath: TokenizerAndRendererExtension = {
  name: "math",
  level: "inline",
  start: opening,
  tokenizer: (source) => firstMatch(INLINE, source, source.startsWith("$$") || source.startsWith("\\[")),
};

export const blockMath: TokenizerAndRendererExtension = {
  name: "mathBlock",
  level: "block",
  start: (source) => {
    const at = source.search(/(?:^|\n) {0,3}(?:\$\$|\\\[)/);
    return at < 0 ? undefined : at;
  },
  tokenizer: (source) => firstMatch(BLOCK, source, true),
};
