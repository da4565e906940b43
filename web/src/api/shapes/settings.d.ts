/** Written by `python tests/server/typescript_shapes.py` from the verbs' shapes; a test compares them. */

export interface FileSettings {
  readonly schema: number;
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly said_by: Readonly<Record<string, "default" | "workspace" | "file" | "environment">>;
  readonly choosable: readonly string[];
}

export interface ChangeSetting {
  readonly name: string;
  readonly value: string | number | null;
}

export interface OfMonth {
  readonly month?: string;
}

/** `prompt` and `completion` are dollars for a million tokens. */
export interface Savings {
  readonly schema: number;
  readonly month: string;
  readonly answers: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly cost_microdollars: number | null;
  readonly model: string | null;
  readonly provider: string | null;
  readonly prompt: number | null;
  readonly completion: number | null;
  readonly listed_on: string | null;
  readonly package: string;
}

/** Dollars for a million tokens, from so many tokens of the prompt on. */
export interface RateStep {
  readonly above_prompt_tokens: number;
  readonly per_million: number;
}

export interface Rates {
  readonly prompt: readonly RateStep[] | null;
  readonly completion: readonly RateStep[] | null;
  readonly cached: readonly RateStep[] | null;
  readonly cache_written: readonly RateStep[] | null;
}

export interface BatchRates extends Rates {
  readonly batch: null;
}

export interface PricedModel extends Rates {
  readonly provider: string;
  readonly model: string;
  readonly batch: BatchRates | null;
}

export interface Prices {
  readonly schema: number;
  readonly models: readonly PricedModel[];
  readonly package: string;
  readonly version: string;
  readonly listed_on: string;
}

/** Without `rules`, the text of a rules file, the present ones. `path` is what the person calls its file. */
export interface CheckRules {
  readonly rules?: string | null;
  readonly path?: string | null;
}

export interface Rule {
  readonly line: number;
  readonly then: string;
  readonly sentence: string;
}

export interface Ceilings {
  readonly request_microdollars: number | null;
  readonly day_microdollars: number | null;
  readonly month_microdollars: number | null;
}

export interface CheckedRules {
  readonly schema: number;
  readonly path: string;
  readonly sha256: string;
  readonly rules: readonly Rule[];
  readonly ceilings: Ceilings;
}

/** `entries` are those of the ledger, as the gate lists them. */
export interface TryRules extends CheckRules {
  readonly entries: readonly Readonly<Record<string, unknown>>[];
}

export interface RuleTrial {
  readonly sequence: number;
  readonly was: "cleared" | "asked" | "denied";
  readonly now: "cleared" | "asked" | "denied";
  readonly reasons: readonly string[];
}

export interface TriedRules {
  readonly schema: number;
  readonly path: string;
  readonly sha256: string;
  readonly trials: readonly RuleTrial[];
}
