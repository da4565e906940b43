import { beforeEach, expect, test } from "vitest";
import type { Proof } from "../api/shapes";
import { seenSettings } from "./finding";
import { linesOf } from "./proof";
import { reading } from "./reading.svelte";

beforeEach(() => localStorage.clear());

test("text size and motion are written on the page, and what is usual leaves no mark", () => {
  reading.chooseText("large");
  reading.chooseMotion("none");
  expect({ ...document.documentElement.dataset }).toMatchObject({ text: "large", motion: "none" });
  expect(localStorage.getItem("aspen.text")).toBe("large");
  reading.chooseText("normal");
  reading.chooseMotion("system");
  expect(Object.keys(document.documentElement.dataset)).toEqual([]);
});

test("a search finds a setting by its own words, its group's title and its name in the file", () => {
  expect([...seenSettings("text size")]).toEqual(["appearance", "appearance.text"]);
  expect(seenSettings("idle").has("times.engine")).toBe(true);
  expect(seenSettings("idle_exit").has("times.engine")).toBe(false);
  expect(seenSettings("nonsense").size).toBe(0);
  expect(seenSettings("").has("walls.prove")).toBe(true);
});

const SEAL = { level: "L3", sentence: "Sealed", checked_at: "2026-11-22T10:41:00+00:00", missing: [] } as const;
const probe = (name: string, blocked: boolean, must_be_open = false) => ({ name, blocked, detail: "", must_be_open });

function proof(changes: Partial<Proof>): Proof {
  const counts = { routings: 2, sends: 1, refused: 1, blocked: 0, forgeries: 1, unrecorded: 0 };
  const canary = { model: "canary", ...counts, purposes: [], providers: [], is_airplane_mode: false, has_sent: false, left: [] };
  const core = { ...SEAL, pid: 1, sockets: null, probes: [probe("TCP", true)] };
  const rest = { schema: 1, launcher_pid: 9, engines: [], readers: [], trial: null, store_is_encrypted: true, problems: [] };
  return { ...rest, core, canary, ...changes };
}

test("a proof says of each process how much was refused, and what is open on purpose is no fault", () => {
  const engine = { ...SEAL, name: "m", pid: 2, probes: [probe("TCP", true), probe("read model", false, true)] };
  const lines = linesOf(proof({ engines: [engine] }));
  expect(lines.map((line) => [line.who, line.holds])).toEqual([
    ["Aspen itself", true],
    ["Model m", true],
    ["Words that must stay here", true],
  ]);
  expect(lines[1]?.told).toBe("1 of 1 way out refused by the kernel");
});

test("a way out that is open is named, and so is a word that left", () => {
  const core = { ...SEAL, pid: 1, sockets: null, probes: [probe("TCP", false), probe("UDP", true)] };
  const lines = linesOf(proof({ core, canary: { ...proof({}).canary, left: ["Routing lets it leave."] } }));
  expect(lines.map((line) => [line.holds, line.told])).toEqual([
    [false, "Open: TCP"],
    [false, "1 try got out"],
  ]);
});
