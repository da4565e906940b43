/** Which models one can ask by name, and how large the context of a loaded one is. */

import { call } from "../api/client";
import { AspenError } from "../api/errors";
import type { ModelElsewhere } from "./perimeter_of";
import { numberOrNull, objectsIn, textIn } from "./wire";

export interface ModelName {
  readonly name: string;
  readonly place: "here" | "elsewhere";
  readonly note: string;
}

class ModelChoice {
  names = $state.raw<readonly ModelName[]>([]);
  /** The models of those who are connected. */
  elsewhere = $state.raw<readonly ModelElsewhere[]>([]);
  /** Context of each loaded model, in tokens. */
  contexts = $state.raw<ReadonlyMap<string, number>>(new Map());

  async refresh(): Promise<void> {
    const told = await call("models", {}).catch(ignored);
    if (told === null) return;
    const here = objectsIn(told, "models").filter((model) => textIn(model, "problem") === "");
    const assistants = objectsIn(told, "assistants");
    const elsewhere = objectsIn(told, "elsewhere");
    this.elsewhere = elsewhere.map((each) => ({ name: textIn(each, "name"), title: textIn(each, "title"), zone: each.zone ?? "cloud" }));
    this.names = [
      ...assistants.map((each) => ({ name: textIn(each, "name"), place: "here" as const, note: textIn(each, "model") })),
      ...here.map((each) => ({ name: textIn(each, "name"), place: "here" as const, note: textIn(each, "fit") })),
      ...elsewhere.map((each) => ({ name: textIn(each, "name"), place: "elsewhere" as const, note: textIn(each, "title") })),
    ];
  }

  /** Look which engines are loaded. */
  async look(): Promise<void> {
    const told = await call("ps", {}).catch(ignored);
    if (told === null) return;
    const engines = objectsIn(told, "engines");
    this.contexts = new Map(engines.map((engine) => [textIn(engine, "name"), numberOrNull(engine, "context_tokens") ?? 0]));
  }
}

function ignored(error: unknown): null {
  if (error instanceof AspenError) return null; // the list stays as it was
  throw error;
}

export const models = new ModelChoice();
