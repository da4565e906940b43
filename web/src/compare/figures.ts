/** The numbers of one answer in a comparison, and the sentence that they make. By rule: no model judges. */

import type { Turn } from "../chat/turns";
import { words } from "../words/words";

export interface Figures {
  readonly model: string;
  readonly isHere: boolean;
  readonly firstTokenMs: number | null;
  readonly tokensPerSecond: number | null;
  readonly totalMs: number | null;
  /** Millionths of a dollar; null where nobody knows. */
  readonly cost: number | null;
  readonly bytesOut: number;
  readonly wordCount: number;
}

/** How much longer one may take before the other counts as faster. */
const ABOUT_THE_SAME = 1.15;
const TWICE = 2;
const TINY = /smollm2?\b.*135|135m/i;

export function figuresOf(turn: Turn, cost: number | null): Figures {
  const { timings, usage } = turn;
  const firstTokenMs = timings?.firstTokenMs ?? null;
  const tokensPerSecond = timings?.tokensPerSecond ?? null;
  const writing = tokensPerSecond && usage ? (1000 * usage.completionTokens) / tokensPerSecond : null;
  const isHere = turn.sent === null && turn.zone !== "cloud" && turn.zone !== "own_servers";
  return {
    model: turn.model ?? "",
    isHere,
    firstTokenMs,
    tokensPerSecond,
    totalMs: firstTokenMs === null || writing === null ? null : firstTokenMs + writing,
    cost: isHere ? 0 : cost,
    bytesOut: turn.sent?.bodyBytes ?? 0,
    wordCount: turn.text.split(/\s+/).filter(Boolean).length,
  };
}

/** Say how it came out, losses in the same words as gains. */
export function outcome(left: Figures, right: Figures): readonly string[] {
  const said = words.compare.outcome;
  const tiny = [left, right].some(({ model, isHere }) => isHere && TINY.test(model)) ? [said.tiny] : [];
  if (left.isHere !== right.isHere) {
    const [here, there] = left.isHere ? [left, right] : [right, left];
    return [said.hereAndThere(speedOf(here, there), there.cost, there.bytesOut), ...lengths(here, there), ...tiny];
  }
  return [said.twoOfAKind(left.model, right.model, speedOf(left, right)), ...lengths(left, right), ...tiny];
}

/** Whether the first was faster, and by how much; null where one was not measured. */
export interface Speed {
  readonly isFaster: boolean;
  readonly times: number;
  readonly seconds: number;
  readonly isSame: boolean;
}

function speedOf(first: Figures, second: Figures): Speed | null {
  if (!first.totalMs || !second.totalMs) return null;
  const times = Math.max(first.totalMs, second.totalMs) / Math.min(first.totalMs, second.totalMs);
  const seconds = Math.abs(first.totalMs - second.totalMs) / 1000;
  return { isFaster: first.totalMs < second.totalMs, times, seconds, isSame: times < ABOUT_THE_SAME };
}

function lengths(first: Figures, second: Figures): readonly string[] {
  const [shorter, longer] = first.wordCount < second.wordCount ? [first, second] : [second, first];
  if (shorter.wordCount === 0 || longer.wordCount < TWICE * shorter.wordCount) return [];
  return [words.compare.outcome.longer(longer.model, longer.wordCount, shorter.wordCount)];
}
