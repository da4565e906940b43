/** Where words go: what would leave, what has left, and what a person keeps here. */

import { counted, number } from "../amounts";

const MESSAGES = { one: "message", other: "messages" };

export const privacy = {
  goes: (earlier: number): string =>
    earlier === 0 ? "Strike something out" : `Strike something out, also of the ${counted(earlier, MESSAGES)} before`,
  goesMeans: "Press what should stay here. The preview is then made anew, and shows the new bytes.",
  changing: "Making the preview anew…",
  changed: "The message changed. Look again.",
  question: "Your message, passage by passage",
  keepPassage: "Keep this passage here",
  keepThis: "Keep this one here",
  letGoAgain: "Let it go along again",
  staysHere: "Stays here:",
  kept: "Stays here",
  keptPassages: (count: number): string => `Stays here: ${counted(count, { one: "passage", other: "passages" })}`,
  keptSaid: "Kept here. No service elsewhere is shown it.",
  earlier: "Earlier in this chat",
  you: "You:",
  answer: "Answer:",

  youCan: "You can",
  askModel: (model: string): string => `Ask ${model}`,
  prove: "Prove it",

  nothingLeft: "Nothing in this chat has left this computer.",
  someLeft: (left: number, of: number): string => `${number(left)} of ${counted(of, MESSAGES)} ${left === 1 ? "has" : "have"} left.`,
  seeWhich: "See which",
  hideWhich: "Hide which",
  leftMark: (provider: string): string => `Left this computer, to ${provider}`,
  cameMark: (provider: string): string => `Came from ${provider}`,
  hereMark: "Private: only on this disk",
  keptMark: "Stays here: services elsewhere are not shown it",
};
