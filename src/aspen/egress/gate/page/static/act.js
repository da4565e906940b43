// The other things that a person alone may do: airplane mode off, forget bytes, connect and disconnect.
import { decide, read, Refused, tellApp } from "./gate.js";
import { guard, IS_FRAMED, Sight } from "./sight.js";
import { ACTS, NO_ANSWER, SIGHT } from "./words.js";

const at = (id) => document.getElementById(id);
const [act, subject = ""] = location.pathname.slice(1).split("/");
const words = ACTS[act];
const OPENS = new Set(["airplane", "connect"]);

let appOrigin = "";
let sight = null;
let isDone = false;

function end([sentence, detail]) {
  isDone = true;
  at("form").hidden = true;
  at("page").dataset.state = "ended";
  at("page").setAttribute("aria-busy", "false");
  at("sentence").textContent = sentence;
  at("facts").textContent = detail;
}

function fail(error) {
  if (!(error instanceof Refused)) {
    end(NO_ANSWER);
  } else if (error.code === "no_key") {
    at("filing").hidden = false;
    at("sight").textContent = `${error.message} ${error.hint}`;
  } else {
    end([error.message, error.hint]);
  }
}

const WAYS = {
  airplane: { path: "/api/airplane", told: () => ({ on: false }) },
  forget: { path: "/api/forget", told: () => ({ sequence: Number(subject) }) },
  disconnect: { path: "/api/disconnect", told: () => ({ name: subject }) },
  connect: { path: "/api/connect", told: connecting },
};

function connecting() {
  const key = at("key").value.trim();
  return { name: subject, file_is_allowed: at("file").checked, ...(key ? { key } : {}) };
}

async function go() {
  const way = WAYS[act];
  try {
    const result = await decide(way.path, way.told());
    at("key").value = "";
    end(act === "connect" ? [words.done[0], words.place(result.place)] : words.done);
    tellApp({ act, subject, answer: "done" }, appOrigin);
  } catch (error) {
    fail(error);
  }
}

async function name() {
  if (act === "airplane") {
    return [words.sentence, words.facts];
  }
  if (act === "forget") {
    return [words.sentence(Number(subject).toLocaleString("en-US")), words.facts];
  }
  const found = await read(`/api/provider/${subject}`).catch((error) => {
    if (act === "disconnect" && error.status === 404) {
      return { title: subject, host: "" };
    }
    throw error;
  });
  if (act === "connect") {
    at("keying").hidden = !found.wants_key;
    at("key-label").textContent = words.key(found.title);
    return [words.sentence(found.title), words.facts(found.host || "this computer")];
  }
  return [words.sentence(found.title), words.facts];
}

function allow(state) {
  at("act").disabled = state !== "seen" || isDone;
  at("sight").textContent = SIGHT[state];
  at("own-window").hidden = !IS_FRAMED || !["covered", "small", "unproven"].includes(state);
}

async function main() {
  ({ app_origin: appOrigin } = await read("/api/session"));
  [at("sentence").textContent, at("facts").textContent] = await name();
  at("act").textContent = words.button;
  at("act").className = OPENS.has(act) ? "away" : "strong";
  at("own-window").href = location.href;
  at("form").hidden = false;
  at("page").dataset.state = "ready";
  at("page").setAttribute("aria-busy", "false");
  sight = new Sight(at("page"), allow);
  at("form").addEventListener("submit", (event) => event.preventDefault());
  at("act").addEventListener("click", guard(at("act"), sight, go));
}

main().catch(fail);
