/** What goes wrong between the page and Aspen, as one class with a sentence, a hint and a code. */

import { words } from "../words/words";
import type { ToldError } from "./shapes";

export class AspenError extends Error {
  readonly code: string;
  readonly sentence: string;
  readonly hint: string;
  readonly isRetryable: boolean;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(told: ToldError) {
    super(told.sentence);
    this.name = "AspenError";
    this.code = told.code;
    this.sentence = told.sentence;
    this.hint = told.hint;
    this.isRetryable = told.retryable;
    this.facts = told.facts;
  }
}

/** Nobody answers: Aspen is starting, has ended, or the connection broke. */
export function unreachable(): AspenError {
  const { unreachable: sentence, unreachableHint: hint } = words.api;
  return new AspenError({ code: "service_unreachable", sentence, hint, retryable: true, facts: {} });
}

/** Something answered that is not Aspen's way of answering. */
export function garbled(status: number): AspenError {
  const { garbled: sentence, garbledHint: hint } = words.api;
  return new AspenError({ code: "failed", sentence, hint, retryable: status >= 500, facts: { status } });
}

/** Return the error that a body holds, or null for a body that holds none. */
export function errorIn(body: unknown): AspenError | null {
  if (typeof body !== "object" || body === null || !("error" in body)) return null;
  const told = body.error;
  if (typeof told !== "object" || told === null) return null;
  const { code, sentence, hint, retryable, facts } = told as Partial<ToldError>;
  if (typeof code !== "string" || typeof sentence !== "string") return null;
  return new AspenError({ code, sentence, hint: hint ?? "", retryable: retryable === true, facts: facts ?? {} });
}
