/** What the gate tells this page, from the gate's own origin. Reading only, and closing it: a yes is given there. */

import { type Fetch, sent } from "../api/client";
import { errorIn, garbled } from "../api/errors";

export interface LedgerEntry {
  readonly sequence: number;
  readonly recorded_at: string;
  readonly happened_at: string | null;
  readonly verdict: string;
  readonly provider: string;
  readonly host: string;
  readonly model: string;
  readonly path: string;
  readonly purpose: string;
  readonly zone: string;
  readonly project: string;
  readonly paths: readonly string[];
  readonly conversation_id: string;
  readonly body_bytes: number | null;
  readonly body_sha256: string | null;
  readonly response_bytes: number | null;
  readonly response_sha256: string | null;
  readonly status: number | null;
  readonly of_sequence: number | null;
  readonly approval: string;
  readonly reasons: readonly string[];
  readonly cost_microdollars: number | null;
  readonly is_kept: boolean;
  readonly sha256: string;
}

export interface ShownEntry {
  readonly entry: LedgerEntry;
  readonly body_base64: string | null;
  readonly outcome: LedgerEntry | null;
  readonly response_base64: string | null;
}

export interface Verified {
  readonly is_whole: boolean;
  readonly entries_checked: number;
  readonly bodies_checked: number;
  readonly head: { readonly sequence: number; readonly sha256: string };
  readonly problems: readonly { readonly sequence?: number | null; readonly sentence?: string; readonly [name: string]: unknown }[];
}

export interface GateState {
  readonly airplane: boolean;
  readonly connected: readonly { readonly name: string; readonly [name: string]: unknown }[];
  readonly waiting: number;
  readonly ledger_problem: { readonly sentence: string; readonly hint: string } | null;
}

export interface Pending {
  readonly nonce: string;
  readonly provider: string;
  readonly body_bytes: number;
}

export interface Wanted {
  readonly before?: number;
  readonly limit?: number;
  readonly text?: string;
  readonly since?: Date;
  readonly until?: Date;
  readonly verdicts?: readonly string[];
}

/** Ask Aspen where the gate shows its own pages to whoever sees this one; null while no person has opened it. */
export async function gateOrigin(fetch: Fetch = (address, options) => globalThis.fetch(address, options)): Promise<string | null> {
  const response = await sent(fetch, "/api/page", { credentials: "same-origin", cache: "no-store" });
  const told: unknown = await response.json().catch(() => null);
  const error = errorIn(told);
  if (error !== null) throw error;
  if (!response.ok || typeof told !== "object" || told === null) throw garbled(response.status);
  const origin = "gate_origin" in told ? told.gate_origin : null;
  return typeof origin === "string" ? origin : null;
}

export class GateClient {
  readonly origin: string;
  readonly #fetch: Fetch;

  constructor(origin: string, fetch: Fetch = (address, options) => globalThis.fetch(address, options)) {
    this.origin = origin;
    this.#fetch = fetch;
  }

  /** Newest first. */
  async entries(wanted: Wanted = {}): Promise<readonly LedgerEntry[]> {
    const told = { ...wanted, since: wanted.since?.toISOString(), until: wanted.until?.toISOString() };
    const named = Object.entries(told).filter(([, value]) => value !== undefined && value !== "");
    const query = new URLSearchParams(named.map(([name, value]) => [name, String(value)])).toString();
    return (await this.#read<{ entries: readonly LedgerEntry[] }>(query ? `/api/ledger?${query}` : "/api/ledger")).entries;
  }

  entry(sequence: number): Promise<ShownEntry> {
    return this.#read(`/api/ledger/${sequence}`);
  }

  verify(): Promise<Verified> {
    return this.#read("/api/ledger/verify");
  }

  state(): Promise<GateState> {
    return this.#read("/api/state");
  }

  /** What waits for a person, without its bytes. */
  async pending(): Promise<readonly Pending[]> {
    return (await this.#read<{ pending: readonly Pending[] }>("/api/pending")).pending;
  }

  /** Close every connection out. Opening again is said on the gate's own page. */
  async close(): Promise<void> {
    await this.#exchange("/api/airplane", { method: "POST", headers: { "content-type": "application/json" }, body: '{"on":true}' });
  }

  /** Where a person decides: a page of the gate's own. */
  pageOf(act: "airplane" | `forget/${number}`): string {
    return `${this.origin}/${act}`;
  }

  #read<T>(path: string): Promise<T> {
    return this.#exchange(path, {});
  }

  async #exchange<T>(path: string, options: RequestInit): Promise<T> {
    const address = `${this.origin}${path}`;
    const response = await sent(this.#fetch, address, { ...options, mode: "cors", credentials: "include", cache: "no-store" });
    const told: unknown = await response.json().catch(() => null);
    const error = errorIn(told);
    if (error !== null) throw error;
    if (!response.ok || told === null) throw garbled(response.status);
    return told as T;
  }
}
