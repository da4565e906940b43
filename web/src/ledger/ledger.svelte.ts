/** What the ledger's screen shows: a month, and a list that grows by pages. */

import type { AspenError } from "../api/errors";
import { asAspenError, Loaded } from "../shell/screen/loaded.svelte";
import { gate } from "./gate.svelte";
import type { LedgerEntry, Verified } from "./gate_client";
import { boundsOf, isMovement, monthOf, rowsOf, type LedgerRow } from "./rows";

const A_PAGE = 100;
const A_MONTH = 1000;
/** What was stopped or noted can fill pages without a row to show: this many more are read before one is asked. */
const MOST_PAGES = 5;
const LEAST_ROWS = 20;

export type Show = "left" | "stopped" | "all";

const STOPPED: readonly string[] = ["refused", "declined", "blocked"];

class Ledger {
  month = $state.raw<Date>(boundsOf(new Date()).start);
  text = $state("");
  day = $state<number | null>(null);
  show = $state<Show>("left");
  entries = $state.raw<readonly LedgerEntry[] | null>(null);
  hasOlder = $state(false);
  isLoading = $state(false);
  error = $state.raw<AspenError | null>(null);
  #round = 0;

  readonly ofMonth = new Loaded(async () => {
    const { start, end } = boundsOf(this.month);
    return await (await gate.client()).entries({ since: start, until: end, limit: A_MONTH });
  });
  readonly checked = new Loaded<Verified>(async () => await (await gate.client()).verify());

  readonly told = $derived(monthOf(rowsOf(this.ofMonth.value ?? []), this.month, new Date()));
  readonly isMonthCut = $derived((this.ofMonth.value?.length ?? 0) >= A_MONTH);
  readonly rows = $derived<readonly LedgerRow[]>(this.#shown(this.entries ?? []));
  readonly isUnfiltered = $derived(this.text.trim() === "" && this.day === null && this.show !== "stopped");

  async load(): Promise<void> {
    await Promise.all([this.ofMonth.load(), this.list()]);
  }

  async turn(months: number): Promise<void> {
    this.month = new Date(this.month.getFullYear(), this.month.getMonth() + months, 1);
    if (this.day !== null) await this.choose(null);
    await this.ofMonth.load();
  }

  /** Show one day of the month, or all days. */
  async choose(day: number | null): Promise<void> {
    this.day = day;
    await this.list();
  }

  /** Show what left, what was stopped, or everything. What was stopped is rare: it is asked for by itself. */
  async showOnly(show: Show): Promise<void> {
    const isAnother = (show === "stopped") !== (this.show === "stopped");
    this.show = show;
    if (isAnother) await this.list();
  }

  /** Read the newest entries that are wanted, or with `isMore` the ones before those that are shown. */
  async list(isMore = false): Promise<void> {
    const round = ++this.#round;
    this.isLoading = true;
    try {
      let entries = isMore ? (this.entries ?? []) : [];
      const shownBefore = this.#shown(entries).length;
      let isFull = true;
      for (let page = 0; page < MOST_PAGES && isFull && this.#shown(entries).length - shownBefore < LEAST_ROWS; page += 1) {
        const last = entries.at(-1);
        const found = await (await gate.client()).entries({ ...this.#wanted(), limit: A_PAGE, ...(last ? { before: last.sequence } : {}) });
        if (round !== this.#round) return;
        entries = [...entries, ...found];
        isFull = found.length === A_PAGE;
      }
      this.entries = entries;
      this.hasOlder = isFull;
      this.error = null;
    } catch (error) {
      if (round === this.#round) this.error = asAspenError(error);
    } finally {
      if (round === this.#round) this.isLoading = false;
    }
  }

  #shown(entries: readonly LedgerEntry[]): readonly LedgerRow[] {
    return rowsOf(entries).filter((row) => this.show !== "left" || isMovement(row));
  }

  #wanted() {
    const text = this.text.trim();
    const wanted = { ...(text ? { text } : {}), ...(this.show === "stopped" ? { verdicts: STOPPED } : {}) };
    if (this.day === null) return wanted;
    const [year, month] = [this.month.getFullYear(), this.month.getMonth()];
    return { ...wanted, since: new Date(year, month, this.day), until: new Date(year, month, this.day + 1) };
  }
}

export const ledger = new Ledger();
