/** Keeps the end of a growing text in view while its reader wants that, and lets go when they do not. An attachment. */

import { ScrollIntent } from "./scroll_intent";

export interface FollowHooks {
  readonly onChange: (isFollowing: boolean) => void;
  /** The reader is near the beginning of what is there. */
  readonly onNearTop: () => void;
}

const NEAR_TOP_PX = 900;
const LOOKS = 4;

export class FollowScroll {
  readonly #intent = new ScrollIntent();
  readonly #hooks: FollowHooks;
  #place: HTMLElement | null = null;

  constructor(hooks: FollowHooks) {
    this.#hooks = hooks;
  }

  /** Follow `content` inside the element that scrolls it; returns what ends it. */
  attach(place: HTMLElement, content: HTMLElement): () => void {
    this.#place = place;
    const ending = new AbortController();
    const on = <K extends keyof HTMLElementEventMap>(name: K, act: (event: HTMLElementEventMap[K]) => void): void =>
      place.addEventListener(name, act, { passive: true, signal: ending.signal });
    on("wheel", (event) => this.#told(() => this.#intent.wheel(event)));
    on("keydown", (event) => this.#told(() => this.#intent.key(event, isTextField(event.target))));
    on("touchstart", (event) => this.#intent.touchStart(event.touches[0]?.clientY ?? 0));
    on("touchmove", (event) => this.#told(() => this.#intent.touchMove(event.touches[0]?.clientY ?? 0)));
    on("pointerdown", (event) => {
      if (event.target === place && isOnBar(place, event)) this.#intent.holdBar(place.scrollTop);
    });
    addEventListener("pointerup", () => this.#intent.releaseBar(), { signal: ending.signal });
    on("scroll", () => {
      this.#told(() => this.#intent.scrolled({ top: place.scrollTop, visible: place.clientHeight, whole: place.scrollHeight }));
      if (place.scrollTop < NEAR_TOP_PX) this.#hooks.onNearTop();
    });
    const sizes = new ResizeObserver(() => this.#keepEnd());
    sizes.observe(content);
    sizes.observe(place);
    return () => {
      ending.abort();
      sizes.disconnect();
      this.#place = null;
    };
  }

  /** Go to the end and follow from there. */
  jump(): void {
    this.#told(() => this.#intent.follow());
    this.#keepEnd();
  }

  /** Let the reader be where they are led to, which is not the end. */
  leave(): void {
    this.#told(() => this.#intent.leave());
  }

  /** Bring something to the middle. What comes into view on the way may turn out taller than was thought: so look again. */
  async show(target: Range | Element): Promise<void> {
    this.leave();
    for (let round = 0; round < LOOKS; round += 1) {
      const place = this.#place?.getBoundingClientRect();
      const box = target.getBoundingClientRect();
      if (!this.#place || !place) return;
      this.#place.scrollTop += (box.top + box.bottom - place.top - place.bottom) / 2;
      await new Promise(requestAnimationFrame);
    }
  }

  /** Add something above and keep what is read where it is. */
  async keeping(anchor: Element | null, change: () => Promise<void>): Promise<void> {
    const place = this.#place;
    const before = anchor?.getBoundingClientRect().top ?? 0;
    await change();
    if (!place || !anchor?.isConnected || this.#intent.isFollowing) return;
    place.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  #keepEnd(): void {
    if (this.#intent.isFollowing && this.#place) this.#place.scrollTop = this.#place.scrollHeight;
  }

  #told(change: () => void): void {
    const before = this.#intent.isFollowing;
    change();
    if (this.#intent.isFollowing !== before) this.#hooks.onChange(this.#intent.isFollowing);
  }
}

function isOnBar(place: HTMLElement, event: PointerEvent): boolean {
  const box = place.getBoundingClientRect();
  return event.clientX - box.left > place.clientWidth || box.right - event.clientX < place.offsetWidth - place.clientWidth;
}

function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement;
}
