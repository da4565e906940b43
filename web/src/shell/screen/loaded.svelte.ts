/** Something that is fetched: waiting, there, or a sentence that says why it is not. */

import { AspenError, garbled } from "../../api/errors";

export class Loaded<T> {
  value = $state.raw<T | null>(null);
  error = $state.raw<AspenError | null>(null);
  isLoading = $state(false);
  readonly #fetch: () => Promise<T>;
  #round = 0;

  constructor(fetch: () => Promise<T>) {
    this.#fetch = fetch;
  }

  /** Fetch it, anew if it is there already: what is shown stays until the new one has come. */
  async load(): Promise<void> {
    const round = ++this.#round;
    this.isLoading = true;
    try {
      const value = await this.#fetch();
      if (round !== this.#round) return;
      this.value = value;
      this.error = null;
    } catch (error) {
      if (round === this.#round) this.error = asAspenError(error);
    } finally {
      if (round === this.#round) this.isLoading = false;
    }
  }

  /** Put in its place what is known without asking. */
  set(value: T): void {
    this.#round += 1;
    this.value = value;
    this.error = null;
    this.isLoading = false;
  }
}

export function asAspenError(error: unknown): AspenError {
  return error instanceof AspenError ? error : garbled(500);
}
