/** Reading a chat: finding in it, going on with an answer, quoting, taking it along. */

import { counted, number } from "../amounts";

export const reading = {
  find: "Find in this chat",
  findCount: (at: number, of: number): string => (of === 0 ? "None" : `${number(at)} of ${number(of)}`),
  findStatus: (at: number, of: number): string =>
    of === 0 ? "Not in this chat." : `Place ${number(at)} of ${counted(of, { one: "place", other: "places" })}`,
  findReading: "Reading older messages",
  findNext: "Next place",
  findEarlier: "Place before",
  findClose: "Close find",

  goOn: "Continue",
  goOnAsk: "Go on exactly where you stopped.",
  quote: "Quote",

  exportMarkdown: "Save as Markdown",
  exportJson: "Save as JSON",
  exported: (name: string): string => `Saved as ${name}`,
  exportedMeans: "Your browser put it with its downloads. Aspen does not watch over that copy.",
};
