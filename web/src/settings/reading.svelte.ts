/** Text size and motion, kept in this browser. What they change is in reading.css. */

export const TEXT_SIZES = ["small", "normal", "large", "larger"] as const;
export const MOTIONS = ["system", "none"] as const;

export type TextSize = (typeof TEXT_SIZES)[number];
export type Motion = (typeof MOTIONS)[number];

const TEXT_KEY = "aspen.text";
const MOTION_KEY = "aspen.motion";

class Reading {
  textSize = $state<TextSize>(remembered(TEXT_KEY, TEXT_SIZES, "normal"));
  motion = $state<Motion>(remembered(MOTION_KEY, MOTIONS, "system"));

  chooseText(size: TextSize): void {
    this.textSize = size;
    remember(TEXT_KEY, size);
    this.apply();
  }

  chooseMotion(motion: Motion): void {
    this.motion = motion;
    remember(MOTION_KEY, motion);
    this.apply();
  }

  apply(): void {
    const { dataset } = document.documentElement;
    if (this.textSize === "normal") delete dataset["text"];
    else dataset["text"] = this.textSize;
    if (this.motion === "system") delete dataset["motion"];
    else dataset["motion"] = this.motion;
  }
}

function remembered<T extends string>(key: string, known: readonly T[], usual: T): T {
  try {
    const kept = localStorage.getItem(key);
    return known.find((each) => each === kept) ?? usual;
  } catch {
    return usual;
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // a browser that keeps nothing: the choice holds until the page is closed
  }
}

export const reading = new Reading();
