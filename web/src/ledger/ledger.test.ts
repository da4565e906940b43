import { expect, test } from "vitest";
import { AspenError } from "../api/errors";
import { shownBytes } from "./bytes";
import { GateClient, type LedgerEntry } from "./gate_client";
import { costOf, isMovement, monthOf, rowsOf } from "./rows";

const EMPTY: LedgerEntry = {
  sequence: 1,
  recorded_at: "",
  happened_at: null,
  verdict: "sent",
  provider: "practice",
  host: "api.example.com",
  model: "m",
  path: "/v1",
  purpose: "chat",
  zone: "cloud",
  project: "",
  paths: [],
  conversation_id: "",
  body_bytes: 1000,
  body_sha256: null,
  response_bytes: null,
  response_sha256: null,
  status: null,
  of_sequence: null,
  approval: "",
  reasons: [],
  cost_microdollars: 500,
  is_kept: true,
  sha256: "",
};

function entry(sequence: number, day: number, changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return { ...EMPTY, sequence, recorded_at: new Date(2026, 10, day, 12).toISOString(), ...changes };
}

test("a send and its end are one row, which tells the actual cost", () => {
  const rows = rowsOf([entry(3, 2, { verdict: "answered", of_sequence: 1, cost_microdollars: 120 }), entry(2, 2), entry(1, 2)]);
  expect(rows.map((row) => [row.entry.sequence, row.outcome?.sequence ?? null, costOf(row)])).toEqual([
    [2, null, 500],
    [1, 3, 120],
  ]);
});

test("a refusal and a note are no movement; a download comes in", () => {
  const rows = rowsOf([entry(3, 1, { verdict: "refused" }), entry(2, 1, { verdict: "fetched" }), entry(1, 1, { verdict: "noted" })]);
  expect(rows.map((row) => [row.kind, isMovement(row)])).toEqual([
    ["stopped", false],
    ["came", true],
    ["noted", false],
  ]);
});

test("a month sums what left by day, and counts the quiet days that have begun", () => {
  const rows = rowsOf([
    entry(5, 22, { provider: "other" }),
    entry(4, 3),
    entry(3, 3),
    entry(2, 4, { verdict: "fetched", response_bytes: 9000 }),
    { ...entry(1, 1), recorded_at: new Date(2026, 9, 31, 23).toISOString() },
  ]);
  const told = monthOf(rows, new Date(2026, 10, 15), new Date(2026, 10, 22, 18));
  expect(told).toMatchObject({ left: 3, leftBytes: 3000, services: 2, came: 1, cameBytes: 9000, daysSoFar: 22, quietDays: 20 });
  expect(told.days).toHaveLength(30);
  expect(told.days[2]).toEqual({ day: 3, left: 2, leftBytes: 2000, came: 0 });
});

test("a month that is over counts all of its days", () => {
  expect(monthOf([], new Date(2026, 1, 1), new Date(2026, 10, 22))).toMatchObject({ daysSoFar: 28, quietDays: 28, left: 0 });
});

test("bytes are shown as text where they are text, else as hex digits, with their hash", async () => {
  const text = await shownBytes(btoa("hello"));
  expect(text).toMatchObject({ text: "hello", isText: true, bytes: 5 });
  expect(text.sha256).toBe("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  expect(await shownBytes(btoa("\xff\x00"))).toMatchObject({ text: "ff 00", isText: false });
});

function clientWith(status: number, told: unknown) {
  const asked: [string, RequestInit][] = [];
  const client = new GateClient("http://127.0.0.1:9", (address, options) => {
    asked.push([address, options]);
    return Promise.resolve(new Response(JSON.stringify(told), { status }));
  });
  return { asked, client };
}

test("the gate is asked at its own origin, with its own cookie, and only for what is named", async () => {
  const { asked, client } = clientWith(200, { entries: [] });
  await client.entries({ before: 7, text: "a b&c", since: new Date("2026-11-01T00:00:00Z") });
  expect(asked[0]?.[0]).toBe("http://127.0.0.1:9/api/ledger?before=7&text=a+b%26c&since=2026-11-01T00%3A00%3A00.000Z");
  expect(asked[0]?.[1]).toMatchObject({ credentials: "include", mode: "cors" });
});

test("the page can close the gate and has no way to open it", async () => {
  const { asked, client } = clientWith(200, { airplane: true });
  await client.close();
  expect(asked.map(([address, { method, body }]) => [address, method, body])).toEqual([["http://127.0.0.1:9/api/airplane", "POST", '{"on":true}']]);
  expect(client.pageOf("forget/7")).toBe("http://127.0.0.1:9/forget/7");
});

test("what the gate refuses is told in its own words", async () => {
  const error = { code: "refused", sentence: "This page has no session with the gate.", hint: "Open Aspen again.", retryable: false, facts: {} };
  const { client } = clientWith(401, { error });
  const failed = await client.state().catch((thrown: unknown) => thrown);
  expect(failed).toBeInstanceOf(AspenError);
  expect((failed as AspenError).sentence).toBe(error.sentence);
});
