/** The lens: while it is on, each message says whether it has left, stays here, or is private. */

class Lens {
  isOn = $state(false);
}

export const lens = new Lens();
