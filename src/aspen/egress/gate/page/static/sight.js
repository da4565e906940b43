// Whether a person can really see this page: a button that is covered, shrunk or moved away must not work.
// Intersection Observer v2: https://w3c.github.io/IntersectionObserver/v2/

const NEEDED_MS = 500;
const DELAY_MS = 100;
const WHOLE = 0.99;
const SMALLEST_WIDTH = 280;
const SMALLEST_HEIGHT = 200;

export const IS_FRAMED = window.top !== window;
const CAN_PROVE = "IntersectionObserver" in window && "isVisible" in IntersectionObserverEntry.prototype;

/** Watches one element and says "seen", "not yet", "covered", "small" or "unproven". Only "seen" may lead to a yes. */
export class Sight {
  #element;
  #changed;
  #observer = null;
  #isVisible = false;
  #since = 0;
  #timer = 0;
  #said = "";

  constructor(element, changed) {
    this.#element = element;
    this.#changed = changed;
    if (CAN_PROVE) {
      const options = { threshold: [0, 0.5, 0.9, WHOLE, 1], trackVisibility: true, delay: DELAY_MS };
      this.#observer = new IntersectionObserver((entries) => this.#take(entries), options);
      this.#observer.observe(element);
    } else if (!IS_FRAMED) {
      for (const name of ["focus", "blur"]) {
        window.addEventListener(name, () => this.#note(this.#standsAlone()));
      }
      document.addEventListener("visibilitychange", () => this.#note(this.#standsAlone()));
      this.#note(this.#standsAlone());
    }
    window.addEventListener("resize", () => this.#say());
    this.#say();
  }

  /** What is true at this moment; what the browser has seen and not yet told counts too. */
  get state() {
    if (this.#observer) {
      this.#take(this.#observer.takeRecords());
    }
    if (!CAN_PROVE && IS_FRAMED) {
      return "unproven";
    }
    if (window.innerWidth < SMALLEST_WIDTH || window.innerHeight < SMALLEST_HEIGHT) {
      return "small";
    }
    if (!this.#isVisible || document.visibilityState !== "visible") {
      return "covered";
    }
    return performance.now() - this.#since >= NEEDED_MS ? "seen" : "not yet";
  }

  #standsAlone() {
    return document.visibilityState === "visible" && document.hasFocus();
  }

  #take(entries) {
    const last = entries.at(-1);
    if (last) {
      this.#note(last.isVisible && last.intersectionRatio >= WHOLE);
    }
  }

  #note(isVisible) {
    if (isVisible && !this.#isVisible) {
      this.#since = performance.now();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#say(), NEEDED_MS + 20);
    }
    if (isVisible !== this.#isVisible) {
      this.#isVisible = isVisible;
      queueMicrotask(() => this.#say());
    }
  }

  #say() {
    const state = this.state;
    if (state !== this.#said) {
      this.#said = state;
      this.#changed(state);
    }
  }
}

/** Let a button work only while the page is seen, and not for a key that came with the focus. */
export function guard(button, sight, act) {
  let focusedAt = 0;
  button.addEventListener("focus", () => {
    focusedAt = performance.now();
  });
  return (event) => {
    const isKey = event.detail === 0;
    const isTooSoon = isKey && performance.now() - focusedAt < NEEDED_MS;
    if (event.isTrusted && !button.disabled && !isTooSoon && sight.state === "seen") {
      act();
    }
  };
}
