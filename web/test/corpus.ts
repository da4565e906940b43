/** Texts that broke renderers: of grammar (`CORPUS`), and of malice (`HOSTILE`). */

import { sample } from "../demo/sample";

export const CORPUS: readonly string[] = [
  sample,
  "Heading\n===\n\nunder\n---\nnot - a list\n- but this\n- one\n\n  loose now\n- two",
  "[late], [full][ref] and [ref][]\n\ntext\n\n[late]: https://a.example/late\n[ref]: <https://b.example> 'T'\n\n> [in quote][q]\n\n[q]: #x",
  "[a]: https://first.example\n\n[a] [b]\n\n[a]: https://second.example\n[b]: https://b.example\n\"title\non two lines\"",
  "a | b\n- | -\n1 | `x|y`\n3 | 4\n\nend",
  "```js\nlet a = `$b`;\n````\n~~~\nstill\n```\nout ``a`b`` and `` ` ``",
  "1. one\n   ```py\n   x = 1\n   ```\n2. two\n\n   para\n\n      code\n3. three\n- [ ] a\n- [x] b\n* other",
  "$a$ $b and $5,000 to $6,000; $$x\n+y$$ \\(z\\) \\[\nw\n\\] \\$no$ `$code$`\n\n$$\na\n\nb\n$$\n\nend",
  "&amp;amp; &copy; &#x41; &#0; &unknown; `&amp;` \\&amp; \\*no\\*",
  "<div>\n\n*x*\n\n</div>\n\nhi <b>there</b> <!-- c --> line<br>break  \nhard",
  "> quote\nlazy\n> - list\n>   more\n\n> other",
  "**bold *both** half* ***all*** _a_b_ ~~gone~~ ~one~",
  "line\r\nnext\r\n\r\n# head\r\nafter\rold",
  "\n\n   indented\n\n    code\n\n\n\ttab\n",
  "😀 汉字 שלום **עברית** a\u0301\n\n\ud83d",
  "***\n---\n___\n- - -\ntext\n***",
];

const many = (text: string, times: number): string => text.repeat(times);

export const HOSTILE: Readonly<Record<string, string>> = {
  "links to scripts":
    "[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](java\tscript:x) [d](javascript&colon;x) [e](&#106;avascript:x)"
    + " [f](data:text/html,<script>alert(1)</script>) [g](vbscript:x) [h](file:///etc/passwd) [i](blob:x) <javascript:x>"
    + " [j](//evil.example) [k](/\\evil.example) [l](https://bank.example@evil.example) [m](../api) [n](\\\\evil.example\\x)",
  "a link with an attribute in it": '[x](https://a.example/"onmouseover="alert(1)) [y](https://a.example "t\\" onclick=\\"x")',
  "pictures":
    "![a](https://evil.example/p.png) ![b][r] [![c](//evil.example/c.png)](https://evil.example) ![d](data:image/svg+xml,<svg>)"
    + "\n\n[r]: https://evil.example/r.png 'x'",
  "html":
    '<img src="https://evil.example/x" onerror="alert(1)">\n\n<script>alert(1)</script>\n\n<iframe src="//evil.example"></iframe>'
    + '\n\n<a href="javascript:x" onclick="y">z</a> <b onmouseover=alert(1)>b</b> <svg onload=alert(1)><use href="#a"/></svg>'
    + "\n\n<style>*{background:url(//evil.example)}</style><link rel=stylesheet href=//evil.example><base href=//evil.example>"
    + '\n\n<form action=//evil.example><input autofocus onfocus=x></form><meta http-equiv=refresh content="0;url=//evil.example">',
  "code that names classes": "```x\" onload=\"alert(1)\n<b>\n```\n\n```<script>\nx\n```\n\n~~~ &quot;><img src=x>\n~~~",
  "formulas":
    "$\\href{javascript:alert(1)}{x}$ $\\url{https://evil.example}$ $\\includegraphics{https://evil.example/x.png}$"
    + " $\\htmlStyle{background:url(//evil.example)}{x}$ $\\htmlClass{a}{b}$ $$\\def\\a{\\a\\a}\\a$$ $\\rule{99999em}{99999em}$",
  "text turned about": "\u202Egnp.exe\u202C `if\u2066 x\u2069` [\u202Ehttps://a.example](https://b.example) \u2067a",
  "one line of a megabyte": many("wörd <b>[x](", 87_382),
  "one word of a megabyte": many("a", 1_048_576),
  "code of a megabyte on one line": `\`\`\`js\n${many("x=1;", 262_144)}\n\`\`\``,
  "quotes in quotes": many(">", 20_000),
  "lists in lists": `${many("- ", 20_000)}x`,
  "an indented staircase": Array.from({ length: 400 }, (_, n) => `${many("  ", n)}- a`).join("\n"),
  "brackets": many("[", 50_000),
  "stars": many("*a", 9_999),
  "nested emphasis": `${many("**a _b ", 600)}x${many("_ **", 600)}`,
  "a huge table": `|a|b|c|\n|-|-|-|\n${many("|1|**x**|[y](javascript:z)|\n", 5_000)}`,
  "a wide table": `${many("|a", 3_000)}|\n${many("|-", 3_000)}|\n${many("|x", 3_000)}|`,
  "many definitions": `${many("[a]: https://evil.example/x 'y'\n", 3_000)}end`,
  "many paragraphs": many("a\n\n", 8_000),
};
