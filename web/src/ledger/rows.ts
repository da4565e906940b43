/** Entries of the ledger as people read them: a send and its end are one row. Pure. */

import type { LedgerEntry } from "./gate_client";

export type RowKind = "left" | "came" | "stopped" | "noted";

export interface LedgerRow {
  readonly entry: LedgerEntry;
  /** How a send ended; null while nobody knows. */
  readonly outcome: LedgerEntry | null;
  readonly kind: RowKind;
  readonly moment: Date;
}

const KINDS: Readonly<Record<string, RowKind>> = { sent: "left", fetched: "came", refused: "stopped", declined: "stopped", blocked: "stopped", failed: "stopped" };

/** Join sends and their ends, newest first as they came. An end whose send is on an older page waits in `ends`. */
export function rowsOf(entries: readonly LedgerEntry[]): readonly LedgerRow[] {
  const ends = new Map(entries.filter((entry) => entry.of_sequence !== null).map((entry) => [entry.of_sequence, entry]));
  return entries.filter((entry) => entry.of_sequence === null).map((entry) => rowOf(entry, ends.get(entry.sequence) ?? null));
}

function rowOf(entry: LedgerEntry, outcome: LedgerEntry | null): LedgerRow {
  const moment = new Date(entry.happened_at ?? entry.recorded_at);
  return { entry, outcome, kind: KINDS[entry.verdict] ?? "noted", moment };
}

export function isMovement(row: LedgerRow): boolean {
  return row.kind === "left" || row.kind === "came";
}

/** Return what it cost: the actual cost where it is known, else the worst that it could. */
export function costOf(row: LedgerRow): number | null {
  return row.outcome?.cost_microdollars ?? row.entry.cost_microdollars;
}

export interface DayTold {
  readonly day: number;
  readonly left: number;
  readonly leftBytes: number;
  readonly came: number;
}

export interface MonthTold {
  readonly days: readonly DayTold[];
  readonly left: number;
  readonly leftBytes: number;
  readonly services: number;
  readonly came: number;
  readonly cameBytes: number;
  readonly costMicrodollars: number;
  /** Days of the month that have begun, and those of them on which nothing left. */
  readonly daysSoFar: number;
  readonly quietDays: number;
}

/** Sum up a month: `month` is any moment in it. Days are this computer's. */
export function monthOf(rows: readonly LedgerRow[], month: Date, now: Date): MonthTold {
  const { start, end } = boundsOf(month);
  const inside = rows.filter((row) => row.moment >= start && row.moment < end);
  const left = inside.filter((row) => row.kind === "left");
  const came = inside.filter((row) => row.kind === "came");
  const length = new Date(start.getFullYear(), start.getMonth() + 1, 0).getDate();
  const daysSoFar = now < start ? 0 : now < end ? now.getDate() : length;
  const days = Array.from({ length }, (_, index) => dayOf(index + 1, left, came));
  return {
    days,
    left: left.length,
    leftBytes: sum(left.map((row) => row.entry.body_bytes)),
    services: new Set(left.map((row) => row.entry.provider || row.entry.host)).size,
    came: came.length,
    cameBytes: sum(came.map((row) => row.entry.response_bytes)),
    costMicrodollars: sum(left.map(costOf)),
    daysSoFar,
    quietDays: days.slice(0, daysSoFar).filter((day) => day.left === 0).length,
  };
}

export function boundsOf(month: Date): { readonly start: Date; readonly end: Date } {
  const start = new Date(month.getFullYear(), month.getMonth(), 1);
  return { start, end: new Date(month.getFullYear(), month.getMonth() + 1, 1) };
}

function dayOf(day: number, left: readonly LedgerRow[], came: readonly LedgerRow[]): DayTold {
  const onDay = (row: LedgerRow): boolean => row.moment.getDate() === day;
  const leftThen = left.filter(onDay);
  return { day, left: leftThen.length, leftBytes: sum(leftThen.map((row) => row.entry.body_bytes)), came: came.filter(onDay).length };
}

function sum(numbers: readonly (number | null)[]): number {
  return numbers.reduce<number>((total, each) => total + (each ?? 0), 0);
}
