/** Why an answer came from where it came: what the router said, as the page keeps it. */

import type { Reason, Refusal, Route } from "../api/shapes";
import { objectsIn, type Some, textIn, textsIn } from "./wire";

export type { Reason };

export interface Decision {
  readonly isRefusal: boolean;
  readonly model: string;
  readonly reasons: readonly Reason[];
  readonly considered: readonly { readonly model: string; readonly reason: Reason }[];
  /** Sentences that say what would have led elsewhere. */
  readonly flips: readonly string[];
}

/** Read a decision; null where there is none. */
export function decisionIn(value: Some<Route | Refusal> | null | undefined): Decision | null {
  const told: Some<Route | Refusal> = value ?? {};
  const kind = textIn(told, "kind");
  if (kind !== "route" && kind !== "refusal") return null;
  return {
    isRefusal: kind === "refusal",
    model: textIn(told, "model"),
    reasons: objectsIn(told, "reasons").map(reasonIn),
    considered: objectsIn(told, "considered").map((each) => ({
      model: textIn(each, "model"),
      reason: reasonIn(each.reason ?? {}),
    })),
    flips: textsIn(told, "flips"),
  };
}

function reasonIn(told: Some<Reason>): Reason {
  return { code: textIn(told, "code"), words: textIn(told, "words") };
}
