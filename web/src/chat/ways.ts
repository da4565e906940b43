/** What a decision leaves open, as things to press: read off its codes and its models, never off its sentences. */

import type { Decision } from "./decision";

export type Way = { readonly kind: "ask"; readonly model: string } | { readonly kind: "letLeave" };

const MOST_MODELS = 3;

/** A model that was passed over for this can be asked by its name; what leaves is then shown first. */
const ASKABLE = new Set(["not_named", "not_first", "must_be_named", "needs_approval"]);

/** Return the models that could be asked instead, nearest first, and whether the words would have to be let go for others. */
export function waysOf(decision: Decision): readonly Way[] {
  const askable = decision.considered.filter(({ model, reason }) => ASKABLE.has(reason.code) && model !== decision.model);
  const models = [...new Set(askable.map(({ model }) => model))].slice(0, MOST_MODELS);
  const isKept = decision.considered.some(({ reason }) => reason.code === "stays_here");
  return [...models.map((model) => ({ kind: "ask" as const, model })), ...(isKept ? [{ kind: "letLeave" as const }] : [])];
}

/** Return the sentences about what would have led elsewhere that are no command lines: buttons say those. */
export function plainFlips(decision: Decision): readonly string[] {
  return decision.flips.filter((flip) => !/--[a-z]|`?\baspen [a-z]/.test(flip));
}
