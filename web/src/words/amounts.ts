/** Numbers, sizes, times and plurals as people write them, through Intl. */

const LOCALE = "en";
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
const SECOND_STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

const plurals = new Intl.PluralRules(LOCALE);
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" });
const clock = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", year: "numeric" });

/** Write a count with its noun: `counted(2, { one: "passage", other: "passages" })`. */
export function counted(count: number, noun: { readonly one: string; readonly other: string }): string {
  return `${number(count)} ${plurals.select(count) === "one" ? noun.one : noun.other}`;
}

export function number(value: number): string {
  return whole.format(value);
}

/** Write a number with one decimal below ten, and none above: 9.4, 23. */
export function measure(value: number): string {
  const digits = Math.abs(value) < 10 ? 1 : 0;
  return new Intl.NumberFormat(LOCALE, { maximumFractionDigits: digits }).format(value);
}

/** Write a size in units of 1,000: 1,842 bytes are "1.8 kB". */
export function size(bytes: number): string {
  const step = Math.min(UNITS.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const unit = UNITS[step] ?? "byte";
  const unitDisplay = step === 0 ? "long" : "short";
  const amount = bytes / 1000 ** step;
  const maximumFractionDigits = step > 0 && amount < 10 ? 1 : 0;
  return new Intl.NumberFormat(LOCALE, { style: "unit", unit, unitDisplay, maximumFractionDigits }).format(amount);
}

/** Write millionths of a US dollar: small amounts keep two digits that say something. */
export function dollars(microdollars: number): string {
  const isSmall = Math.abs(microdollars) < 10_000 && microdollars !== 0;
  const digits = isSmall ? { maximumSignificantDigits: 2 } : {};
  return new Intl.NumberFormat(LOCALE, { style: "currency", currency: "USD", ...digits }).format(microdollars / 1e6);
}

/** Say how long ago something was, in the largest unit that fits. */
export function ago(moment: Date, now: Date = new Date()): string {
  const seconds = (moment.getTime() - now.getTime()) / 1000;
  for (const [unit, length] of SECOND_STEPS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit);
  }
  return relative.format(0, "second");
}

export function timeOfDay(moment: Date): string {
  return clock.format(moment);
}

export function date(moment: Date): string {
  return day.format(moment);
}
