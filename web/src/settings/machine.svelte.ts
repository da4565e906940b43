/** What the doctor said of this computer, and how a proof goes. It stays while the page is open. */

import { beginRun, call, stopRun } from "../api/client";
import { type AspenError, errorIn } from "../api/errors";
import { runEvents } from "../api/events";
import type { Proof } from "../api/shapes";
import { notices } from "../shell/notices.svelte";
import { asAspenError, Loaded } from "../shell/screen/loaded.svelte";

export const doctor = new Loaded(() => call("doctor", {}));

/** All settings, with who said them. */
export const fileSettings = new Loaded(() => call("settings", {}));

/** Choose a setting, or leave it to Aspen again with null. */
export async function changeSetting(name: string, value: string | number | null): Promise<void> {
  try {
    fileSettings.set(await call("change_setting", { name, value }));
  } catch (error) {
    notices.fail(asAspenError(error));
  }
}

class Proving {
  isGoing = $state(false);
  proof = $state.raw<Proof | null>(null);
  provedAt = $state.raw<Date | null>(null);
  error = $state.raw<AspenError | null>(null);
  #run: string | null = null;

  async prove(): Promise<void> {
    if (this.isGoing) return;
    this.isGoing = true;
    this.error = null;
    try {
      const { run } = await beginRun("prove", { canary: canary() });
      this.#run = run;
      for await (const { frame } of runEvents(run)) {
        const failure = errorIn(frame);
        if (failure !== null) throw failure;
        if ("result" in frame) this.#end(frame["result"] as Proof);
      }
    } catch (error) {
      this.error = asAspenError(error);
    } finally {
      this.isGoing = false;
      this.#run = null;
    }
  }

  async stop(): Promise<void> {
    if (this.#run !== null) await stopRun(this.#run).catch(() => undefined);
  }

  #end(proof: Proof): void {
    this.proof = proof;
    this.provedAt = new Date();
  }
}

export const proving = new Proving();

/** Words that nobody says by chance. */
function canary(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `canary ${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
