/** What can be done about what went wrong: each code of an error with the buttons that mend it, most useful first. */

import type { AspenError } from "../api/errors";
import type { Decision, Reason } from "./decision";

/** What a button does. */
export type Mend = "askAgain" | "answerHere" | "letLeave" | "edit" | "chooseModel" | "openModels" | "openSettings" | "newChat";

export interface Trouble {
  /** A refusal is a result and shown calmly; only an error is red. */
  readonly tone: "calm" | "error";
  readonly sentence: string;
  readonly hint: string;
  readonly reasons: readonly Reason[];
  readonly mends: readonly Mend[];
  /** The question that it is about, to ask it again. */
  readonly question: string;
}

const PRIVACY: readonly Mend[] = ["answerHere", "letLeave", "edit"];

const MENDS: Readonly<Record<string, readonly Mend[]>> = {
  stays_here: PRIVACY,
  needs_approval: ["answerHere", "askAgain"],
  declined: ["answerHere", "askAgain", "edit"],
  airplane_mode: ["answerHere"],
  over_ceiling: ["answerHere", "chooseModel", "openSettings"],
  no_key: ["answerHere", "openSettings"],
  key_rejected: ["openSettings", "answerHere"],
  provider_refused: ["edit", "answerHere"],
  provider_failed: ["askAgain", "answerHere"],
  rate_limited: ["askAgain", "answerHere"],
  unreachable: ["askAgain", "answerHere"],
  gate_unreachable: ["askAgain", "answerHere"],
  not_found: ["chooseModel", "openModels"],
  no_local_model: ["openModels"],
  bad_model_file: ["chooseModel", "openModels"],
  weights_changed: ["chooseModel", "openModels"],
  model_cannot: ["chooseModel", "openModels"],
  model_too_large: ["chooseModel", "openModels"],
  engine_failed: ["askAgain", "chooseModel"],
  not_sealed: ["openSettings"],
  prompt_too_long: ["edit", "newChat"],
  does_not_fit: ["edit", "chooseModel"],
  bad_rule: ["openSettings"],
  bad_setting: ["openSettings"],
  misused: ["edit"],
  bad_request: ["edit"],
  service_unreachable: ["askAgain"],
  service_stopped: ["askAgain"],
  engine_stopped: ["askAgain"],
};

const OTHERWISE: readonly Mend[] = ["askAgain"];

/** Errors that say no rather than that something broke. */
const CALM = new Set(["stays_here", "needs_approval", "declined", "airplane_mode", "over_ceiling", "interrupted"]);

export function mendsOf(code: string): readonly Mend[] {
  return MENDS[code] ?? OTHERWISE;
}

export function troubleOfError(error: AspenError, question: string): Trouble {
  return {
    tone: CALM.has(error.code) ? "calm" : "error",
    sentence: error.sentence,
    hint: withoutCommands(error.hint),
    reasons: [],
    mends: mendsOf(error.code),
    question,
  };
}

export function troubleOfRefusal(decision: Decision, question: string): Trouble {
  const [first, ...others] = decision.reasons.filter(({ code }) => code !== "named" && code !== "local" && code !== "cloud");
  return {
    tone: "calm",
    sentence: first?.words ?? "",
    hint: "",
    reasons: others,
    mends: mendsOf(first?.code ?? ""),
    question,
  };
}

/** A hint that is a command line helps nobody in a window: the buttons say the same. */
function withoutCommands(hint: string): string {
  return /`?\baspen [a-z]+|--[a-z]/.test(hint) ? "" : hint;
}
