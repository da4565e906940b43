/** Which runs this tab follows, so that a page that is loaded again goes on with them. Ids only: no words are kept here. */

export interface KeptRun {
  readonly run: string;
  readonly conversation: string;
  readonly question: string;
  readonly turn: string;
}

const KEY = "aspen.runs";

export function keptRuns(storage: Storage = sessionStorage): readonly KeptRun[] {
  try {
    const told: unknown = JSON.parse(storage.getItem(KEY) ?? "[]");
    return Array.isArray(told) ? told.filter(isKeptRun) : [];
  } catch {
    return []; // a browser that keeps nothing, or something else wrote there
  }
}

export function keepRun(run: KeptRun, storage: Storage = sessionStorage): void {
  write([...keptRuns(storage).filter((each) => each.run !== run.run), run], storage);
}

export function forgetRun(run: string, storage: Storage = sessionStorage): void {
  write(keptRuns(storage).filter((each) => each.run !== run), storage);
}

function write(runs: readonly KeptRun[], storage: Storage): void {
  try {
    storage.setItem(KEY, JSON.stringify(runs));
  } catch {
    // then a page that is loaded again reads the conversation instead
  }
}

function isKeptRun(value: unknown): value is KeptRun {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Record<string, unknown>;
  return ["run", "conversation", "question", "turn"].every((name) => typeof fields[name] === "string");
}
