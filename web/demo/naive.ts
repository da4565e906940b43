/** What the benchmark compares the page with: the whole answer is read and drawn anew in every frame. Never shipped. */

import "../src/style/tokens.css";
import "../src/style/base.css";
import "../src/style/prose.css";
import "katex/dist/katex.min.css";
import hljs from "highlight.js/lib/common";
import katex from "katex";
import { Marked } from "marked";
import { blockMath, inlineMath } from "../src/markdown/math_rule";
import type { MathToken } from "../src/markdown/tokens";

const drawMath = (token: unknown): string => {
  const { tex, isBlock } = token as MathToken;
  return katex.renderToString(tex, { displayMode: isBlock, throwOnError: false });
};
const marked = new Marked({
  extensions: [
    { ...blockMath, renderer: drawMath },
    { ...inlineMath, renderer: drawMath },
  ],
  renderer: {
    code: ({ text, lang }) => {
      const language = lang && hljs.getLanguage(lang) ? lang : "plaintext";
      return `<pre><code>${hljs.highlight(text, { language }).value}</code></pre>`;
    },
  },
});

const log = document.querySelector("[role=log]");
let text = "";
let frame = 0;

function draw(): void {
  frame = 0;
  if (log) log.innerHTML = marked.parse(text, { async: false });
  scrollTo(0, document.body.scrollHeight);
}

const events = new EventSource("/events");
events.onmessage = ({ data }: MessageEvent<string>) => {
  const told = JSON.parse(data) as { text?: string };
  if (told.text === undefined) {
    events.close();
    document.body.dataset["done"] = "yes";
    return;
  }
  text += told.text;
  frame ||= requestAnimationFrame(draw);
};
