/** The gate as this page knows it: where it is, and whether it is closed. Everything here is what the gate said last. */

import { AspenError } from "../api/errors";
import { notices } from "../shell/notices.svelte";
import { asAspenError } from "../shell/screen/loaded.svelte";
import { words } from "../words/words";
import { gateOrigin, GateClient, type GateState } from "./gate_client";

const LOOK_EVERY_MS = 30_000;

class Gate {
  state = $state.raw<GateState | null>(null);
  #client: GateClient | null = null;

  /** Return the way to the gate. Raises AspenError where Aspen does not name one. */
  async client(): Promise<GateClient> {
    if (this.#client !== null) return this.#client;
    const origin = await gateOrigin();
    if (origin === null) throw closed();
    this.#client = new GateClient(origin);
    return this.#client;
  }

  /** Ask the gate how it stands. One that does not answer is unknown, never open or closed. */
  async look(): Promise<void> {
    try {
      this.state = await (await this.client()).state();
    } catch {
      this.state = null;
    }
  }

  /** Close it, or lead to the page on which it is opened again. */
  async toggle(): Promise<void> {
    try {
      const client = await this.client();
      if (this.state?.airplane === true) {
        open(client.pageOf("airplane"), "_blank", "noopener");
        return;
      }
      await client.close();
      notices.say(words.ledger.airplane.on);
    } catch (error) {
      notices.fail(asAspenError(error));
    }
    await this.look();
  }

  /** Look again from time to time and whenever the page comes back; returns what ends it. */
  follow(): () => void {
    const look = (): void => {
      if (document.visibilityState === "visible") void this.look();
    };
    void this.look();
    const timer = setInterval(look, LOOK_EVERY_MS);
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }
}

function closed(): AspenError {
  const { closed: sentence, closedHint: hint } = words.ledger;
  return new AspenError({ code: "gate_unreachable", sentence, hint, retryable: true, facts: {} });
}

export const gate = new Gate();
