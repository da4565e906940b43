import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

function sources(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(svelte|ts|css|html)$/.test(name) && !name.endsWith(".test.ts"))
    .map((name) => join(root, folder, name));
}

const FORBIDDEN: readonly (readonly [string, RegExp])[] = [
  ["HTML from a string", /\{@html\b|\.innerHTML\b|\.outerHTML\b|insertAdjacentHTML|document\.write|DOMParser/],
  ["a style written as text", /\sstyle="|\sstyle=\{|setAttribute\(\s*["']style/],
  ["code from a string", /\beval\(|new Function\(/],
  ["something remote", /(?:src|href)="(?:https?:)?\/\/|url\(\s*["']?(?:https?:)?\/\/|@import\s+["']?(?:https?:)?\/\//],
];

test.each(FORBIDDEN)("the page holds nowhere %s", (_, pattern) => {
  const files = [...sources("src"), join(root, "index.html")];
  expect(files.length).toBeGreaterThan(30);
  expect(files.filter((file) => pattern.test(readFileSync(file, "utf8")))).toEqual([]);
});

test("the lock file names packages and hashes, and no address", () => {
  const lock = readFileSync(join(root, "package-lock.json"), "utf8");
  expect(lock).toContain('"integrity"');
  expect(lock).not.toMatch(/https?:|"resolved"/);
});

test("every version in package.json is exact", () => {
  const told = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, Record<string, string>>;
  const versions = Object.values({ ...told["dependencies"], ...told["devDependencies"] });
  expect(versions.length).toBeGreaterThan(8);
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});
