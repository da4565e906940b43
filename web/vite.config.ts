/** How the page is built. What comes out is served as it is: nothing remote, nothing inline, names that hold a hash. */

import { svelte } from "@sveltejs/vite-plugin-svelte";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** KaTeX lists each font three times; every browser that this page is built for reads the smallest. */
const onlyWoff2: Plugin = {
  name: "only-woff2",
  enforce: "pre",
  transform(code, id) {
    if (!id.includes("katex") || !id.endsWith(".css")) return null;
    return code.replace(/,\s*url\([^)]*\.(?:woff|ttf)\)\s*format\("[^"]*"\)/g, "");
  },
};

export default defineConfig(({ mode }) => ({
  plugins: [onlyWoff2, svelte()],
  resolve: mode === "test" ? { conditions: ["browser"] } : {},
  build: {
    target: "es2022",
    outDir: here("../src/aspen/web_assets"),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: "licences.md" },
    ...(mode === "demo" ? { rolldownOptions: { input: [here("demo/markdown.html"), here("demo/shell.html"), here("demo/naive.html")] } } : {}),
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts", "test/**/*.test.ts"], testTimeout: 20_000, setupFiles: ["test/standards_mode.ts"] },
}));
