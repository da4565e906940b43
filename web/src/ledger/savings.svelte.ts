/** What this computer's answers would have cost elsewhere: one estimate for the month that is shown, unless it is hidden. */

import { call } from "../api/client";
import type { Savings } from "../api/shapes";
import { Loaded } from "../shell/screen/loaded.svelte";

const KEY = "aspen.savings";
const HIDDEN = "hidden";

class SavingsState {
  isHidden = $state(read());
  #month = "";
  readonly told = new Loaded<Savings>(() => call("savings", { month: this.#month }));

  /** Ask for a month, any moment of it. */
  async load(month: Date): Promise<void> {
    this.#month = `${month.getFullYear()}-${String(month.getMonth() + 1).padStart(2, "0")}`;
    if (!this.isHidden) await this.told.load();
  }

  hide(isHidden: boolean): void {
    this.isHidden = isHidden;
    try {
      if (isHidden) localStorage.setItem(KEY, HIDDEN);
      else localStorage.removeItem(KEY);
    } catch {
      // a browser that keeps nothing: it holds until the page is closed
    }
    if (!isHidden) void this.told.load();
  }
}

function read(): boolean {
  try {
    return localStorage.getItem(KEY) === HIDDEN;
  } catch {
    return false;
  }
}

export const savings = new SavingsState();
