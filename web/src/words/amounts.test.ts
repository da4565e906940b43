import { expect, test } from "vitest";
import { ago, counted, dollars, measure, number, size } from "./amounts";

test("counts take the right noun", () => {
  const noun = { one: "passage", other: "passages" };
  expect([0, 1, 1240].map((count) => counted(count, noun))).toEqual(["0 passages", "1 passage", "1,240 passages"]);
});

test("sizes count in thousands and keep one decimal where it says something", () => {
  expect([1, 612, 1842, 98_300_000, 4.1e9].map(size)).toEqual(["1 byte", "612 bytes", "1.8 kB", "98 MB", "4.1 GB"]);
});

test("numbers and money read as people write them", () => {
  expect([number(20_426), measure(9.44), measure(23.4)]).toEqual(["20,426", "9.4", "23"]);
  expect([0, 4200, 4_100_000].map(dollars)).toEqual(["$0.00", "$0.0042", "$4.10"]);
});

test("times past are said in the largest unit that fits", () => {
  const now = new Date("2026-11-22T12:00:00Z");
  const before = (seconds: number): string => ago(new Date(now.getTime() - seconds * 1000), now);
  expect([5, 130, 7200, 86_400].map(before)).toEqual(["now", "2 minutes ago", "2 hours ago", "yesterday"]);
});
