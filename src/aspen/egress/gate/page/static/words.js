// Every sentence of the gate's pages, in one place.

const ENGLISH = "en-US";
const CENTS_MATTER_FROM = 0.1;

function plural(word) {
  if (/(s|x|ch|sh)$/.test(word)) {
    return `${word}es`;
  }
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

export function counted(count, word) {
  return `${count.toLocaleString(ENGLISH)} ${count === 1 ? word : plural(word)}`;
}

export function bytes(count) {
  return counted(count, "byte");
}

export function cost(microdollars) {
  if (microdollars === null) {
    return "price not known";
  }
  const dollars = microdollars / 1e6;
  return `at most $${dollars.toFixed(dollars < CENTS_MATTER_FROM ? 4 : 2)}`;
}

export function wouldLeave(told) {
  const verb = told.is_preview ? "would go" : "will go";
  return `${bytes(told.body_bytes)} ${verb} to ${told.host} (${told.title})`;
}

export function facts(told) {
  return [`Model ${told.model}`, cost(told.worst_cost_microdollars), ...new Set(told.reasons)].join(" · ");
}

export function hints(told) {
  const found = told.hints.map((hint) => counted(hint.count, hint.kind));
  return found.length ? [`Contains ${found.join(", ")}`] : [];
}

export function proof(told, next) {
  const entry = next === null ? "" : ` · Ledger entry ${next.toLocaleString(ENGLISH)} or later, written before it leaves`;
  return `SHA-256 ${told.body_sha256.slice(0, 16)}…${entry}`;
}

export function staying(told) {
  const names = told.paths.map((path) => path.split("/").at(-1));
  return [
    "Everything that does not stand under Exact bytes: your other chats, your files, what was found in them.",
    ...(names.length ? [`What ${names.join(" and ")} ${names.length === 1 ? "is" : "are"} called, and where on this computer.`] : []),
    ...(told.headers.some(([, value]) => value.includes("****"))
      ? [`Your key: only ${told.title} is given it, and only after you have said yes.`]
      : []),
    `What does not stay: ${told.title} sees this computer’s internet address, as every website does.`,
  ];
}

export const SIGHT = {
  seen: "",
  "not yet": "",
  covered: "Send works once all of this can be seen: something covers it, or a part is out of view.",
  small: "Send works once this is larger.",
  unproven: "This browser cannot prove that you see this here.",
};

export const STILL_PREVIEW = "This was asked for as a preview alone. It is never sent.";
export const CHANGED = "The message changed. Look again.";
export const NO_ANSWER = ["The gate does not answer", "Look into the ledger before you ask again."];
export const AIRPLANE = ["Airplane mode is on", "Nothing can leave. This was not sent."];

export const APPROVED = ["You said yes", "The gate sends exactly these bytes, and writes it down first."];

export function sent(told, sequence) {
  const entry = `Ledger entry ${sequence.toLocaleString(ENGLISH)}.`;
  return ["Sent", `${bytes(told.body_bytes)} to ${told.host}. ${entry}`];
}

export const DECLINED = ["Not sent", "Nothing has left this computer."];

const ELSEWHERE = {
  approved: ["Answered already", "Another window said yes. The ledger shows what was sent."],
  declined: ["Answered already", "Another window said no. Nothing was sent."],
  unasked: ["Dropped", "There was nobody to ask. Nothing was sent."],
  previewed: ["Shown already", "This was a preview alone, and is not kept once it was shown."],
  dropped: ["Gone", "Whoever asked went away or waited too long. Nothing was sent."],
};

export function elsewhere(answer) {
  return ELSEWHERE[answer] ?? ["Gone", "Nothing waits here."];
}

export const ACTS = {
  airplane: {
    sentence: "Turn airplane mode off?",
    facts: "Words may then leave again, each time as your rules say.",
    button: "Turn it off",
    done: ["Airplane mode is off", "What leaves is asked about and written down, as before."],
  },
  forget: {
    sentence: (number) => `Forget the bytes of ledger entry ${number}?`,
    facts: "Its hash stays, so that the ledger is still whole. The bytes cannot be brought back.",
    button: "Forget the bytes",
    done: ["Forgotten", "The hash stays."],
  },
  disconnect: {
    sentence: (title) => `Disconnect ${title}?`,
    facts: "Its key is forgotten, and no words can go there until you connect it again.",
    button: "Disconnect",
    done: ["Disconnected", "Its key is forgotten."],
  },
  connect: {
    sentence: (title) => `Connect ${title}`,
    facts: (host) => `The key is kept by the gate and goes to ${host} alone. Nothing is sent by connecting.`,
    button: "Connect",
    done: ["Connected", ""],
    key: (title) => `Key for ${title}`,
    place: (place) => (place ? `The key is kept in ${place}.` : "It wants no key."),
  },
};
