/** Joining what the page has seen of a conversation with what the store says of it. */

import type { Turn } from "./turns";

/** Return the turns of `next`, each with what the page knows of it beyond the store.
 *
 * With `told`, the store's word counts for what is found there, and the order stays that of `next`.
 */
export function mergedPath(seen: readonly Turn[], next: readonly Turn[], told: readonly Turn[] = next): readonly Turn[] {
  const before = new Map(seen.map((turn) => [turn.turn, turn]));
  const kept = new Map(told.map((turn) => [turn.turn, turn]));
  return next.map((turn) => {
    const own = before.get(turn.turn);
    const stored = kept.get(turn.turn) ?? turn;
    return own === undefined || own === stored ? stored : merged(own, stored);
  });
}

function merged(own: Turn, stored: Turn): Turn {
  return {
    ...stored,
    key: own.key,
    siblings: stored.siblings.length > 0 ? stored.siblings : own.siblings,
    thinking: stored.thinking || own.thinking,
    thinkingSeconds: stored.thinkingSeconds ?? own.thinkingSeconds,
    toolCalls: stored.toolCalls.length > 0 ? stored.toolCalls : own.toolCalls,
    files: stored.files.length > 0 ? stored.files : own.files,
    attached: stored.attached.length > 0 ? stored.attached : own.attached,
    read: stored.read.length > 0 ? stored.read : own.read,
    citations: stored.citations.length > 0 ? stored.citations : own.citations,
    notes: own.notes,
    model: stored.model ?? own.model,
    zone: stored.zone ?? own.zone,
    finish: stored.finish ?? own.finish,
    decision: stored.decision ?? own.decision,
    sent: stored.sent ?? own.sent,
    usage: stored.usage ?? own.usage,
    timings: stored.timings ?? own.timings,
  };
}
