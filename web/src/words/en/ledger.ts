/** What left this computer: the month, the list, one entry, the check; and airplane mode. */

import { counted, date, dollars, size } from "../amounts";

const MESSAGES = { one: "message", other: "messages" };
const SERVICES = { one: "service", other: "services" };
const TOKENS = { one: "token", other: "tokens" };
const DAYS = { one: "day", other: "days" };
const DOWNLOADS = { one: "download", other: "downloads" };

export const ledger = {
  lead: "What left this computer, written down before the first byte goes.",
  loading: "Asking the gate.",
  empty: "Nothing yet. When something leaves, it will be written here first.",
  noneLeft: "Nothing has left this computer. “Everything” shows what was stopped and noted.",
  noneFound: "No entry is like that.",
  closed: "This page does not know yet where the gate is.",
  closedHint: "Open Aspen again: aspen",
  savings: {
    line: (microdollars: number, answers: number, model: string, listedOn: string): string =>
      `About ${dollars(microdollars)} at list price, had ${counted(answers, { one: "answer of this computer", other: "answers of this computer" })} gone to ${model}. Estimate, prices of ${date(new Date(listedOn))}.`,
    how: "How this is estimated",
    formula: (prompt: number, promptRate: number, answer: number, answerRate: number): string =>
      `${counted(prompt, TOKENS)} read × $${promptRate} + ${counted(answer, TOKENS)} written × $${answerRate}, for a million each. Electricity is not measured. Another model counts tokens differently, and might have answered at another length.`,
    source: (name: string, provider: string): string => `Prices of ${provider} from the list of the package ${name}.`,
    hide: "Hide this line",
    show: "Show what local saved",
  },
  month: {
    title: "The month",
    of: (moment: Date): string => new Intl.DateTimeFormat("en", { month: "long", year: "numeric" }).format(moment),
    name: (moment: Date): string => new Intl.DateTimeFormat("en", { month: "long" }).format(moment),
    before: "Month before",
    after: "Month after",
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    weekdaysShort: ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"],
    left: (month: string, messages: number, bytes: number, services: number): string =>
      `In ${month} ${counted(messages, MESSAGES)} (${size(bytes)}) left, to ${counted(services, SERVICES)}.`,
    nothing: (month: string): string => `In ${month} nothing left this computer.`,
    quietDays: (quiet: number, days: number): string => `Nothing left on ${quiet} of ${counted(days, DAYS)}.`,
    came: (downloads: number, bytes: number): string => `${counted(downloads, DOWNLOADS)} came in (${size(bytes)}).`,
    spent: (cost: string): string => `It cost ${cost}.`,
    atLeast: "The month has more entries than are counted here.",
    day: (moment: Date, left: number, bytes: number, came: number): string => {
      const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "long" }).format(moment);
      const told = [left > 0 ? `${counted(left, MESSAGES)} left (${size(bytes)})` : "", came > 0 ? counted(came, DOWNLOADS) : ""];
      return `${day}: ${told.filter(Boolean).join(", ")}`;
    },
    only: (moment: Date): string => `Only ${new Intl.DateTimeFormat("en", { day: "numeric", month: "long" }).format(moment)}`,
    allDays: "All days",
  },
  list: {
    title: "Entries",
    search: "Search entries",
    show: "Which entries",
    shows: { left: "What left", stopped: "What was stopped", all: "Everything" },
    older: "Show older ones",
    to: (who: string): string => `to ${who}`,
    from: (who: string): string => `from ${who}`,
    meantFor: (who: string): string => `· was meant for ${who}`,
    number: (sequence: number): string => `No. ${sequence}`,
    cost: (cost: string): string => cost,
    free: "free",
    underWay: "under way",
    more: (sequence: number): string => `Details of entry ${sequence}`,
    verdicts: {
      sent: "Left",
      answered: "Answered",
      failed: "Failed",
      interrupted: "Interrupted",
      refused: "Refused by your rules",
      declined: "You said no",
      blocked: "Blocked",
      fetched: "Downloaded",
      noted: "Noted",
    } as Readonly<Record<string, string>>,
    approvals: { rule: "your rule allowed it", person: "you allowed it", chat: "you allowed it for the chat" } as Readonly<Record<string, string>>,
    chat: "Open the chat",
  },
  entry: {
    view: "View exact bytes",
    hide: "Hide bytes",
    forget: "Forget bytes",
    forgetNote: "opens the gate's own page",
    sent: "What left, to the byte",
    came: "What came back, to the byte",
    notKept: "The bytes are not kept any more. Their hash is.",
    notText: (bytes: number): string => `${counted(bytes, { one: "byte", other: "bytes" })} that are no text:`,
    hashFits: "Their SHA-256 is the one in the ledger.",
    hashBroken: "Their SHA-256 is not the one in the ledger.",
    when: "Written down",
    where: "Went to",
    model: "Model",
    why: "Why",
    allowed: "Allowed",
    project: "Project",
    files: "Files",
    body: "Sent",
    answer: "Came back",
    cost: "Cost",
    hash: "SHA-256 of what was sent",
    end: "How it ended",
    status: (status: number): string => `HTTP ${status}`,
  },
  verify: {
    check: "Check the ledger",
    checking: "Computing every hash again.",
    whole: (entries: number, bodies: number): string =>
      `The ledger is whole: ${counted(entries, { one: "entry", other: "entries" })} in one chain, ${counted(bodies, { one: "kept body", other: "kept bodies" })} checked.`,
    broken: (count: number): string => `The ledger is not whole: ${counted(count, { one: "thing does", other: "things do" })} not fit.`,
    head: (sequence: number, hash: string): string => `It ends at entry ${sequence}, ${hash}. Note this down to compare later.`,
    at: (sequence: number): string => `Entry ${sequence}`,
  },
  airplane: {
    turnOn: "Airplane mode: close every connection out",
    turnOff: "Airplane mode is on. Opening the gate again is said on the gate's own page.",
    unknown: "Airplane mode: the gate has not answered yet",
    word: "Airplane mode",
    on: "Airplane mode is on. Nothing can leave.",
  },
};
