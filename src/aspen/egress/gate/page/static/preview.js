// One thing that waits: shows exactly what would leave, and takes a person's answer to the gate.
import { decide, read, Refused, tellApp } from "./gate.js";
import { guard, IS_FRAMED, Sight } from "./sight.js";
import { makeTabs } from "./tabs.js";
import * as words from "./words.js";

const LOOK_AGAIN_MS = 2000;
const SHOWN_AT_ONCE = 200_000;
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/u;

const at = (id) => document.getElementById(id);
const page = at("page");
const nonce = location.pathname.split("/").at(-1);

let appOrigin = "";
let told = null;
let sight = null;
let isAnswering = false;

function enterState(state) {
  page.dataset.state = state;
  page.setAttribute("aria-busy", String(state === "loading"));
}

/** The last word of this page: says how it ended, to the person and to the app. */
function end([sentence, detail], answer, state = "ended") {
  enterState(state);
  at("words").hidden = true;
  at("answering").hidden = true;
  at("hints").hidden = true;
  at("kind").textContent = state === "sent" ? "Left this computer" : "Stays on this computer";
  at("sentence").textContent = sentence;
  at("facts").textContent = detail;
  if (document.hasFocus()) {
    at("sentence").focus();
  }
  if (answer) {
    tellApp({ nonce, answer }, appOrigin);
  }
}

function endOf(error) {
  if (!(error instanceof Refused)) {
    return end(words.NO_ANSWER, null);
  }
  const answered = error.facts.answered;
  return answered ? end(words.elsewhere(answered), answered) : end([error.message, error.hint], null);
}

/** Fill an element with text in which nothing is invisible, a part at a time when it is long. */
function fill(element, text) {
  element.replaceChildren();
  append(element, text.slice(0, SHOWN_AT_ONCE));
  const rest = text.slice(SHOWN_AT_ONCE);
  if (rest) {
    const more = document.createElement("button");
    more.type = "button";
    more.textContent = `Show the remaining ${rest.length.toLocaleString("en-US")} characters`;
    more.addEventListener("click", () => {
      more.remove();
      append(element, rest);
    });
    element.after(more);
  }
}

function append(element, text) {
  let plain = "";
  for (const letter of text) {
    if (letter === "\n" || letter === "\t" || !HIDDEN.test(letter)) {
      plain += letter;
      continue;
    }
    const mark = document.createElement("mark");
    mark.textContent = `⟨U+${letter.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
    element.append(plain, mark);
    plain = "";
  }
  element.append(plain);
}

function list(element, sentences) {
  element.replaceChildren(
    ...sentences.map((sentence) => {
      const item = document.createElement("li");
      item.textContent = sentence;
      return item;
    }),
  );
  element.hidden = sentences.length === 0;
}

function show(nextEntry) {
  const body = Uint8Array.from(atob(told.body_base64), (letter) => letter.charCodeAt(0));
  at("sentence").textContent = words.wouldLeave(told);
  at("facts").textContent = words.facts(told);
  list(at("hints"), words.hints(told));
  fill(at("outline"), told.readable);
  const head = told.headers.map(([name, value]) => `${name}: ${value}`);
  at("headers").textContent = [`POST ${told.path} HTTP/1.1`, ...head].join("\n");
  fill(at("body"), new TextDecoder().decode(body));
  at("sha256").textContent = told.body_sha256;
  list(at("staying"), words.staying(told));
  at("proof").textContent = words.proof(told, nextEntry);
  at("remembering").hidden = !told.may_be_remembered;
  at("words").hidden = false;
  at("answering").hidden = false;
}

/** Where the proof stands: the page keeps its height, so that no button moves away from under a pointer. */
function say(sentence) {
  at("sight").textContent = sentence;
  at("proof").hidden = sentence !== "";
}

function allow(state) {
  at("send").disabled = state !== "seen" || isAnswering;
  say(words.SIGHT[state]);
  at("own-window").hidden = !IS_FRAMED || !["covered", "small", "unproven"].includes(state);
}

async function send() {
  isAnswering = true;
  allow(sight.state);
  const answer = {
    nonce,
    body_sha256: told.body_sha256,
    for_conversation: told.may_be_remembered && at("remember").checked,
  };
  try {
    await decide("/api/approve", answer);
  } catch (error) {
    isAnswering = false;
    if (error.facts?.waiting_sha256) {
      await begin();
      say(words.CHANGED);
      return;
    }
    endOf(error);
    return;
  }
  end(words.APPROVED, "approved", "sent");
  const sequence = await entryOfThese();
  if (sequence !== null) {
    [at("sentence").textContent, at("facts").textContent] = words.sent(told, sequence);
  }
}

async function decline() {
  try {
    await decide("/api/decline", { nonce });
    end(words.DECLINED, "declined");
  } catch (error) {
    endOf(error);
  }
}

/** The number under which these bytes were written down; the gate writes it right after the yes. */
async function entryOfThese() {
  for (let tries = 0; tries < 20; tries += 1) {
    const { entries } = await read("/api/ledger?limit=10").catch(() => ({ entries: [] }));
    const found = entries.find((entry) => entry.nonce === nonce && entry.verdict === "sent");
    if (found) {
      return found.sequence;
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  return null;
}

async function nextEntry() {
  try {
    const { entries } = await read("/api/ledger?limit=1");
    return (entries[0]?.sequence ?? 0) + 1;
  } catch {
    return null;
  }
}

/** Another window may answer, the one who asked may go, airplane mode may be turned on. */
async function lookAgain() {
  if (["ended", "sent"].includes(page.dataset.state) || isAnswering || document.hidden) {
    return;
  }
  try {
    const { airplane, pending } = await read("/api/pending");
    const isWaiting = pending.some((each) => each.nonce === nonce);
    if (airplane && !isAnswering) {
      end(words.AIRPLANE, isWaiting ? null : "dropped");
    } else if (!isWaiting && !isAnswering) {
      await read(`/api/preview/${nonce}`);
    }
  } catch (error) {
    if (!isAnswering) {
      endOf(error);
    }
  }
}

function letAnswer() {
  at("own-window").href = location.href;
  sight ??= new Sight(page, allow);
  allow(sight.state);
}

async function begin() {
  enterState("loading");
  const { airplane } = await read("/api/pending");
  told = await read(`/api/preview/${nonce}`).catch((error) => {
    throw airplane && error.facts?.answered === "dropped" ? words.AIRPLANE : error;
  });
  show(await nextEntry());
  if (airplane) {
    end(words.AIRPLANE, null);
    return;
  }
  enterState("ready");
  if (told.is_preview) {
    at("answering").hidden = false;
    at("send").hidden = true;
    at("decline").hidden = true;
    say(words.STILL_PREVIEW);
    return;
  }
  letAnswer();
}

async function main() {
  makeTabs(document.querySelector("[role=tablist]"));
  ({ app_origin: appOrigin } = await read("/api/session"));
  await begin();
  if (page.dataset.state === "ready" && !told.is_preview) {
    at("send").addEventListener("click", guard(at("send"), sight, send));
    at("decline").addEventListener("click", (event) => event.isTrusted && decline());
    setInterval(lookAgain, LOOK_AGAIN_MS);
  }
}

main().catch((error) => (Array.isArray(error) ? end(error, "dropped") : endOf(error)));
