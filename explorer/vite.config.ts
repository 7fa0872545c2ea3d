import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { digits } from "./build/digits.ts";
import { reportStyles } from "./build/reportStyles.ts";

export default defineConfig({
  root: import.meta.dirname,
  // any sub-path of any web server
  base: "./",
  plugins: [svelte({ configFile: false }), digits(), reportStyles()],
  resolve: { alias: { linkedom: new URL("./src/figures/documentOfThePage.ts", import.meta.url).pathname } },
  worker: {
    format: "es",
    plugins: () => [digits()],
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  build: {
    outDir: "../dist/explorer",
    emptyOutDir: true,
    target: "es2023",
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { checks: { pluginTimings: false } },
    license: { fileName: "LICENSES.md" },
  },
});
