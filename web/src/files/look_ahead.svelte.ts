/** What would happen to the files of the next question, looked up whenever files, model or chat change. */

import { type Ahead, lookAhead, type Looked } from "./file_calls";

const NOTHING: Ahead = { model: null, seesPictures: true, sighted: [], inPassages: [] };
const AFTER_MS = 150;

class LookAhead {
  /** Without files nothing is claimed. */
  now = $state.raw<Ahead>(NOTHING);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking = 0;

  look(asked: Looked): void {
    clearTimeout(this.#timer);
    const looking = ++this.#looking;
    if (asked.files.length === 0) {
      this.now = NOTHING;
      return;
    }
    this.#timer = setTimeout(() => {
      // Where nobody knows beforehand, the answer itself will say it.
      void lookAhead(asked)
        .catch(() => NOTHING)
        .then((found) => {
          if (looking === this.#looking) this.now = found;
        });
    }, AFTER_MS);
  }
}

export const ahead = new LookAhead();
