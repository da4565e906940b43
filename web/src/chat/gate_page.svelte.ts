/** Where the gate's own pages are, on whose origin alone a person says yes. */

import { AspenError } from "../api/errors";
import { gateOrigin } from "../ledger/gate_client";

class GatePage {
  origin = $state("");
  isMissing = $state(false);

  async find(): Promise<void> {
    if (this.origin !== "") return;
    try {
      this.origin = (await gateOrigin()) ?? "";
      this.isMissing = this.origin === "";
    } catch (error) {
      if (!(error instanceof AspenError)) throw error;
      this.isMissing = true;
    }
  }

  /** Return the address of the page for what waits under a nonce; empty while nobody said where the gate is. */
  addressOf(nonce: string): string {
    return this.origin === "" || !/^[0-9a-f]{32}$/.test(nonce) ? "" : `${this.origin}/preview/${nonce}`;
  }
}

export const gatePage = new GatePage();
