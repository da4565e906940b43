/** Two models side by side. */

import { counted, dollars, measure, size } from "../amounts";

const BYTES = { one: "byte", other: "bytes" };
const WORDS = { one: "word", other: "words" };

interface Speed {
  readonly isFaster: boolean;
  readonly times: number;
  readonly isSame: boolean;
}

const cost = (microdollars: number | null): string => (microdollars === null ? "an unknown amount" : dollars(microdollars));
const left = (bytes: number): string => `${counted(bytes, BYTES)} left`;

export const compare = {
  lead: "One question, two models, side by side. What leaves is shown to you first, and losses are said as plainly as gains.",
  ask: "Question for both",
  placeholder: "Ask both of them",
  start: "Compare",
  stop: "Stop both",
  another: "Compare something else",
  model: (place: string): string => `${place} model:`,
  sides: ["Left", "Right"],
  tabs: "Which answer is shown",
  waiting: "Waits for your question.",
  begins: "Begins",
  needs: (bytes: number | null, provider: string): string =>
    bytes === null ? `Needs to send something to ${provider}.` : `Needs to send ${counted(bytes, BYTES)} to ${provider}.`,
  preview: "Preview and send",
  hidePreview: "Hide the preview",
  notNow: "Don’t send",
  stopped: "Stopped.",
  inChat: "Open as a chat",
  sideBySide: "Side by side",
  opening: "Reading the comparison",
  onlyOne: "There is one answer to this question so far.",
  figures: {
    first: "First word",
    speed: "Speed",
    total: "In all",
    cost: "Cost",
    out: "Left",
    length: "Length",
  },
  seconds: (milliseconds: number): string => `${measure(milliseconds / 1000)} s`,
  perSecond: (tokens: number): string => `${measure(tokens)} tok/s`,
  free: "free",
  unknown: "not known",
  nothing: "nothing",
  bytes: (bytes: number): string => size(bytes),
  words: (count: number): string => counted(count, WORDS),
  verdict: "How it came out",
  outcome: {
    hereAndThere: (speed: Speed | null, spent: number | null, bytes: number): string => {
      const there = `cost ${cost(spent)}, and ${left(bytes)}.`;
      if (speed === null) return `Elsewhere it ${there} Here was free, and nothing left.`;
      if (speed.isSame) return `Both took about as long. Elsewhere it ${there} Here was free, and nothing left.`;
      const times = `${measure(speed.times)} times as fast`;
      return speed.isFaster
        ? `Here was ${times}, free, and nothing left. Elsewhere it ${there}`
        : `Elsewhere was ${times}. It ${there} Here was free, and nothing left.`;
    },
    twoOfAKind: (first: string, second: string, speed: Speed | null): string => {
      if (speed === null) return "How long they took was not measured.";
      if (speed.isSame) return "Both took about as long. Nothing left this computer.";
      const [fast, slow] = speed.isFaster ? [first, second] : [second, first];
      return `${fast} was ${measure(speed.times)} times as fast as ${slow}. Nothing left this computer.`;
    },
    longer: (model: string, more: number, fewer: number): string => `${model} wrote more: ${counted(more, WORDS)}, against ${fewer}.`,
    tiny: "One of them is a tiny model to begin with: it is no fair judge of what models on this computer can do.",
  },
};
