/** Whether what a person does means "let me read": then the page stops following the answer.
 *
 * The distance from the bottom is no sign of it: a large piece of text makes it grow without anybody's doing.
 */

/** How near to the bottom a person has to come to follow again. */
const NEAR_PX = 24;

const UP_KEYS = new Set(["PageUp", "Home", "ArrowUp"]);
const DOWN_KEYS = new Set(["PageDown", "End", "ArrowDown"]);

/** What a place that scrolls is like at a moment. */
export interface ScrollPlace {
  readonly top: number;
  readonly visible: number;
  readonly whole: number;
}

export function isAtBottom({ top, visible, whole }: ScrollPlace): boolean {
  return whole - top - visible <= NEAR_PX;
}

/** Whether a turn of the wheel leaves the bottom. */
export function leavesByWheel(event: Pick<WheelEvent, "deltaY" | "ctrlKey">): boolean {
  return event.deltaY < 0 && !event.ctrlKey;
}

/** Whether a key leaves the bottom. In a text field keys move in the text. */
export function leavesByKey(event: Pick<KeyboardEvent, "key" | "shiftKey">, isInTextField: boolean): boolean {
  return !isInTextField && (UP_KEYS.has(event.key) || (event.key === " " && event.shiftKey));
}

/** Whether a key goes towards the bottom. */
export function returnsByKey(event: Pick<KeyboardEvent, "key" | "shiftKey">, isInTextField: boolean): boolean {
  return !isInTextField && (DOWN_KEYS.has(event.key) || (event.key === " " && !event.shiftKey));
}

/** Whether a finger that moved from one height to another pulls older words into view. */
export function leavesByTouch(fromY: number, toY: number): boolean {
  return toY - fromY > 4;
}

/** Follows the end of a text until a person goes up, and again once they have gone back to the bottom.
 *
 * That the place is at the bottom is not enough: a scroll of our own may be told of after the person's first move up.
 */
export class ScrollIntent {
  isFollowing = true;
  #touchY = 0;
  #isHolding = false;
  #isGoingDown = false;
  #lastTop = 0;

  leave(): void {
    this.isFollowing = false;
    this.#isGoingDown = false;
  }

  wheel(event: Pick<WheelEvent, "deltaY" | "ctrlKey">): void {
    if (leavesByWheel(event)) this.leave();
    else if (event.deltaY > 0) this.#isGoingDown = true;
  }

  key(event: Pick<KeyboardEvent, "key" | "shiftKey">, isInTextField: boolean): void {
    if (leavesByKey(event, isInTextField)) this.leave();
    else if (returnsByKey(event, isInTextField)) this.#isGoingDown = true;
  }

  touchStart(y: number): void {
    this.#touchY = y;
  }

  touchMove(y: number): void {
    if (leavesByTouch(this.#touchY, y)) this.leave();
    else if (leavesByTouch(y, this.#touchY)) this.#isGoingDown = true;
  }

  /** The scrollbar is held: from now on a scroll is a person's. */
  holdBar(top: number): void {
    this.#isHolding = true;
    this.#lastTop = top;
  }

  releaseBar(): void {
    this.#isHolding = false;
  }

  /** Take note of a scroll, whoever caused it. */
  scrolled(place: ScrollPlace): void {
    if (this.#isHolding && place.top < this.#lastTop) this.leave();
    else if (this.#isBroughtDown(place)) this.isFollowing = true;
    this.#lastTop = place.top;
  }

  follow(): void {
    this.isFollowing = true;
  }

  #isBroughtDown(place: ScrollPlace): boolean {
    return (this.#isGoingDown || this.#isHolding) && place.top > this.#lastTop && isAtBottom(place);
  }
}
