/** A conversation: asking, waiting, answers. */

import { counted, measure, number, size } from "../amounts";

const LETTERS = { one: "letter", other: "letters" };
const TOKENS = { one: "token", other: "tokens" };

const tokens = (count: number): string => counted(count, TOKENS);

export const chat = {
  conversation: "Conversation",
  untitled: "New chat",
  opening: "Opening the chat",
  emptyTitle: "What would you like to know?",
  prompts: [
    "Explain a word that I keep meeting: entropy",
    "Draft a short, friendly reminder about an invoice",
    "Turn my notes into a list of next steps",
  ],
  message: "Your message",
  ask: "Ask",
  askHere: "Ask anything",
  askNext: "Ask a follow-up",
  send: "Send",
  stop: "Stop",
  stopping: "Stopping",
  picture: "Picture",
  you: "You said",
  aspen: "Answer",
  older: "Reading older messages",
  toLatest: "Jump to latest",

  copy: "Copy",
  copied: "Copied",
  copyAnswer: "Copy this answer",
  copyQuestion: "Copy this question",
  copyFailed: "The browser did not allow copying.",
  edit: "Edit",
  editQuestion: "Edit this question",
  editHint: "What was answered stays, as another branch.",
  sendEdit: "Send",
  cancel: "Cancel",
  again: "Ask again",
  regenerate: "Ask again, or ask another model",
  sameModel: "The same model once more",
  branch: (at: number, of: number): string => `${at}/${of}`,
  branches: (at: number, of: number): string => `Version ${at} of ${of}`,
  earlierBranch: "Earlier version",
  laterBranch: "Later version",

  thinking: "Thinking",
  thought: "Thought first",
  thoughtFor: (seconds: number): string => `Thought for ${measure(Math.max(0.1, seconds))} s`,
  toolCall: (name: string): string => `Wants to use ${name}`,
  nothingSaid: "The model ended without a word.",
  cut: "Cut off at its limit.",
  wouldNot: "The model would not answer this.",
  stopped: "Stopped here.",
  unanswered: { sentence: "This was not answered.", hint: "" },
  stoppedEarly: { sentence: "Stopped before the first word.", hint: "" },
  answered: (text: string): string =>
    `Answer complete, ${counted(text.split(/\s+/).filter(Boolean).length, { one: "word", other: "words" })}.`,

  stages: {
    begin: "Getting ready",
    fetch: (what: string, done: number, total: number): string =>
      `Fetching ${what || "a first model"}${total > 0 ? `: ${size(done)} of ${size(total)}` : ""}`,
    read: (what: string, done: number, total: number): string =>
      `Reading ${what || "the files"}${total > 0 ? `: ${number(done)} of ${number(total)}` : ""}`,
    load: (what: string): string => `Loading ${what || "the model"}`,
    prompt: (done: number, total: number): string =>
      total > 0 ? `Reading what was said: ${number(done)} of ${tokens(total)}` : "Reading what was said",
    approval: (provider: string): string => `Waiting for you: nothing goes to ${provider} before you say yes`,
    think: "Thinking",
    write: "Writing",
  },
  reconnecting: "Aspen does not answer just now. This page goes on by itself as soon as it does.",
  interrupted: "Aspen was interrupted while it answered.",
  keptOf: (kept: number, lost: number): string =>
    lost > 0
      ? `Kept: ${counted(kept, LETTERS)}. Lost: the last ${counted(lost, LETTERS)} that you saw.`
      : `Everything that you saw is kept: ${counted(kept, LETTERS)}.`,
  keptQuestion: "Your question is kept, and nothing of the answer.",
  neverAsked: { sentence: "Aspen was interrupted before it had your question.", hint: "It is back in the box." },

  places: { machine: "Local", own_servers: "Your server", cloud: "Left this computer", unknown: "Not recorded" },
  placeOf: (place: string, provider: string): string => `${place}: ${provider}`,
  speed: (perSecond: number): string => `${measure(perSecond)} tok/s`,
  why: "why?",
  whyTitle: "Why this answer came from here",
  because: "Answered here because",
  becauseThere: "Answered there because",
  alsoConsidered: "Also considered",
  elsewhereIf: "It would have been different",
  numbers: "In numbers",
  answeredBy: "Answered by",
  promptTokens: "Read",
  answerTokens: "Written",
  firstToken: "First word after",
  seconds: (milliseconds: number): string => `${measure(milliseconds / 1000)} s`,
  tokens,
  tokensCached: (count: number, cached: number): string => (cached > 0 ? `${tokens(count)}, ${number(cached)} of them known already` : tokens(count)),
  left: "Left",
  leftTo: (bytes: number, provider: string): string => `${size(bytes)} to ${provider}`,
  leftNothing: "Nothing left this computer.",

  where: "Where may this chat go?",
  word: { "stays-here": "Stays here", "my-servers": "My servers", ask: "Ask me", "may-leave": "May leave" },
  wordMeans: {
    "stays-here": "Only models on this computer answer.",
    "my-servers": "Servers of yours may answer too.",
    ask: "Aspen shows you what would leave, before it does.",
    "may-leave": "What you type here may go to services you connected.",
  },
  model: "Which model answers?",
  models: {
    auto: "Aspen chooses",
    local: "On this computer",
    cloud: "Elsewhere",
  },
  modelMeans: {
    auto: "The best model that may see these words.",
    local: "Whatever fits here best.",
    cloud: "A service you connected. You see what leaves.",
  },
  here: "Here",
  elsewhere: "Elsewhere",

  context: "Context",
  contextUsed: (used: number, of: number | null): string => (of === null ? number(used) : `${number(used)} / ${number(of)}`),
  contextTitle: (used: number, of: number | null): string =>
    of === null ? `${tokens(used)} in the context` : `${number(used)} of ${tokens(of)} of the context are used`,
  contextFills: "What fills the context",
  contextParts: {
    beginning: "Beginning: instructions and first question",
    questions: "Later questions",
    answers: "Answers",
    draft: "What you are typing, about",
    files: "Files that go whole, about",
    free: "Free",
  },
  contextFull: (excess: number): string =>
    `This is probably about ${tokens(excess)} too long for the model. Shorten it, or begin a new chat.`,

  mends: {
    askAgain: "Ask again",
    answerHere: "Answer on this computer",
    letLeave: "Let this chat leave",
    edit: "Edit the question",
    chooseModel: "Choose another model",
    openModels: "See the models",
    openSettings: "Open settings",
    newChat: "Begin a new chat",
  },
  refused: "Stayed here",
  failed: "Did not work",
  details: "Reasons",

  previewTitle: (provider: string): string => `Before anything goes to ${provider}`,
  previewMeans: "This part of the page is the gate's own. Only what you allow there is sent.",
  previewMissing: "The gate's page cannot be shown here. You can answer in a terminal: aspen ledger",
  previewWaits: "Opening the gate's page",

  search: "Search chats",
  searchNone: "Nothing found.",
  pinned: "Pinned",
  recent: "Chats",
  noChats: "Your chats will be listed here.",
  more: "Show older chats",
  menu: (title: string): string => `More about ${title}`,
  rename: "Rename",
  renameTo: "New title",
  pin: "Pin",
  unpin: "Unpin",
  delete: "Delete",
  deleted: (title: string): string => `Deleted: ${title}`,
  writing: "being answered",
  news: "answered meanwhile",
};
