/** What would happen to the next words: read off the gate's state, the chat's word and the model that is chosen. Pure. */

import type { GateState } from "../ledger/gate_client";
import type { Perimeter } from "../shell/perimeter.svelte";
import type { ModelElsewhere as Shown, Word } from "../api/shapes";

/** A model of somebody who is connected. */
export type ModelElsewhere = Pick<Shown, "name" | "title" | "zone">;

export interface Asked {
  readonly word: Word;
  readonly model: string;
}

/** A gate that has not answered is unknown. Where nobody is connected, nothing can leave, whatever the word is. */
export function perimeterOf(state: Pick<GateState, "airplane" | "connected"> | null, asked: Asked, elsewhere: readonly ModelElsewhere[]): Perimeter {
  if (state === null) return { kind: "unknown" };
  if (state.airplane) return { kind: "airplane" };
  const titles = [...new Set(reached(asked, elsewhere).map(({ title }) => title))];
  if (state.connected.length === 0 || titles.length === 0) return { kind: "home" };
  return { kind: "away", provider: titles.join(", ") };
}

/** Whom the next question may go to: `auto` asks nobody first, so it sends nothing that a person would have to see. */
function reached({ word, model }: Asked, elsewhere: readonly ModelElsewhere[]): readonly ModelElsewhere[] {
  if (word === "stays-here" || model === "local") return [];
  const allowed = word === "my-servers" ? elsewhere.filter(({ zone }) => zone === "own_servers") : elsewhere;
  if (model === "cloud") return allowed;
  if (model === "auto") return word === "ask" ? [] : allowed;
  return allowed.filter(({ name }) => name === model);
}
