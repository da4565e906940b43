import { flushSync, mount, unmount } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import { CORPUS, HOSTILE } from "../../test/corpus";
import Markdown from "./Markdown.svelte";
import { linkTarget } from "./links";

const ALLOWED = new Set(
  ("div p h2 h3 h4 h5 h6 span bdi strong em del code pre figure figcaption button ul ol li table thead tbody tr th td "
    + "blockquote hr br a svg path circle rect line polyline math semantics annotation mrow mi mo mn msup msub mfrac "
    + "mspace mtext mstyle mover munder munderover msubsup msqrt mtable mtr mtd mpadded merror menclose").split(" "),
);
const ALLOWED_ATTRIBUTES = new Set(
  ("class dir href target rel referrerpolicy role tabindex aria-label aria-hidden title type scope start focusable "
    + "xmlns width height viewbox fill stroke stroke-width stroke-linecap stroke-linejoin d cx cy r x y x1 x2 y1 y2 rx ry "
    + "points encoding display mathvariant stretchy fence separator lspace rspace minsize maxsize form accent mathcolor mathbackground "
    + "linethickness columnalign columnspacing rowspacing scriptlevel displaystyle voffset style preserveaspectratio").split(" "),
);
const FOREIGN = /(?:^|[^a-z])(?:https?:|\/\/|javascript:|data:|vbscript:|file:|blob:)/i;
/** Names of vocabularies, which nobody fetches. */
const NAMESPACES = new Set(["http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"]);

let drawn: Record<string, unknown> | undefined;

afterEach(() => {
  if (drawn) void unmount(drawn);
  document.body.replaceChildren();
});

async function draw(text: string): Promise<HTMLElement> {
  const target = document.createElement("div");
  document.body.append(target);
  drawn = mount(Markdown, { target, props: { text } });
  flushSync();
  // Formulas and colours of code come with chunks that load late: what is judged is the page with them.
  await vi.dynamicImportSettled();
  await new Promise((go) => setTimeout(go, 20));
  flushSync();
  return target;
}

function strange(target: HTMLElement): readonly string[] {
  const found: string[] = [];
  for (const element of target.querySelectorAll("*")) {
    const name = element.localName.toLowerCase();
    if (!ALLOWED.has(name)) found.push(`<${name}>`);
    for (const { name: attribute, value } of element.attributes) {
      const isLink = name === "a" && attribute === "href" && linkTarget(value)?.href === value;
      const isStyle = attribute === "style" && element.closest(".katex") === null;
      if (isStyle || !ALLOWED_ATTRIBUTES.has(attribute.toLowerCase())) found.push(`${name} ${attribute}`);
      else if (!isLink && !NAMESPACES.has(value) && attribute !== "aria-label" && FOREIGN.test(value)) {
        found.push(`${name} ${attribute}=${value.slice(0, 80)}`);
      }
    }
  }
  return found;
}

test.each(Object.entries(HOSTILE))("%s: only known elements, and no address but in links", async (_, text) => {
  const began = performance.now();
  const target = await draw(text);
  expect(strange(target)).toEqual([]);
  expect(target.textContent.length).toBeGreaterThan(0);
  expect(performance.now() - began).toBeLessThan(15_000);
});

test("formulas are drawn before they are judged", async () => {
  expect((await draw(HOSTILE["formulas"] ?? "")).querySelector(".katex")).not.toBeNull();
});

test.each(CORPUS)("only known elements: %j", async (text) => {
  expect(strange(await draw(text))).toEqual([]);
});

test("an address that may not lead anywhere is its text", async () => {
  const target = await draw(HOSTILE["links to scripts"] ?? "");
  expect([...target.querySelectorAll("a")].map((link) => link.href)).toEqual([]);
  expect(target.textContent).toContain("d e f g h i javascript:x j k l m n");
});

test("markup is shown as it was written", async () => {
  const target = await draw(HOSTILE["html"] ?? "");
  expect(target.textContent).toContain('<img src="https://evil.example/x" onerror="alert(1)">');
  expect(target.textContent).toContain("<script>alert(1)</script>");
  expect(target.querySelector("img, script, iframe, style, form, b")).toBeNull();
});

test("a picture is a card that names the server and loads nothing", async () => {
  const target = await draw("![a chart](https://evil.example/p.png)");
  expect(target.textContent).toContain("Picture from evil.example not loaded");
  expect(target.textContent).toContain("a chart");
  expect(target.querySelector("img, image, picture")).toBeNull();
});

test("a link opens apart, tells nobody where from, and says its server where its text does not", async () => {
  const [link] = (await draw("[here](https://example.com/a)")).querySelectorAll("a");
  expect(link?.getAttribute("rel")).toBe("noopener noreferrer");
  expect(link?.target).toBe("_blank");
  expect(link?.parentElement?.textContent).toContain("example.com");
});

test("signs that turn text about are shown in code", async () => {
  const target = await draw("`if\u2066 x`");
  expect(target.querySelector("code")?.textContent).toBe("ifU+2066 x");
});

test("characters by name and number are read once, and in code not at all", async () => {
  const target = await draw("&lt;b&gt; &amp;amp; &#65; &euro; &unknown; `&amp;` \\&lt;");
  expect(target.textContent).toBe("<b> &amp; A € &unknown; &amp; &lt;");
});

test("headings stand one level down", async () => {
  const target = await draw("# a\n\n## b\n\n###### c");
  expect([...target.querySelectorAll("h1,h2,h3,h4,h5,h6")].map((element) => element.localName)).toEqual(["h2", "h3", "h6"]);
});

test("a formula is drawn by elements, and what cannot be read stays as it is", async () => {
  const target = await draw("$x^2$ and $\\nonsense{$");
  await expect.poll(() => target.querySelector(".katex")).not.toBeNull();
  expect(target.textContent).toContain("\\nonsense{");
});

test("code is coloured when it is complete", async () => {
  const target = await draw("```python\ndef f(): return 1\n```");
  await expect.poll(() => target.querySelector(".hljs-keyword")?.textContent).toBe("def");
  expect(target.querySelector("code")?.textContent).toBe("def f(): return 1");
});
