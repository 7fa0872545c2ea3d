import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumMissing, launchChromium } from "../browser/chromium.ts";
import { wasmKinds } from "../linalg/kernels/wasmKinds.ts";
import { serveFolder } from "./staticServer.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Bundles the suite for a page, with a small runner in vitest's place. */
async function bundle(folder: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: "warn",
    root: here("./conformance"),
    resolve: { alias: [{ find: /^vitest$/, replacement: here("./conformance/runner.ts") }] },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: "es2023",
      minify: false,
      lib: { entry: here("./conformance/suite.ts"), formats: ["es"], fileName: "suite" },
    },
    define: { "process.env.NODE_ENV": '"test"' },
  });
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>conformance</title>");
}

const folder = mkdtempSync(join(tmpdir(), "noisegeo-conformance-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(chromiumMissing)(
  `in Chromium${chromiumMissing ? " (skipped: none installed)" : ""}`,
  // the suite takes seconds on a machine of its own
  () => {
    beforeAll(() => bundle(folder));

    test.each(wasmKinds)("the $name kernels pass their conformance suite", async ({ relaxed }) => {
      const browser = await launchChromium();
      try {
        const server = await serveFolder(pathToFileURL(`${folder}/`));
        const page = await browser.newPage();
        await page.goto(server.address);
        await page.evaluate(`import("./suite.js")`);
        for (const threads of [1, 2]) {
          const outcome = (await page.evaluate(`conformance(${threads}, ${relaxed})`)) as Awaited<
            ReturnType<typeof import("./conformance/suite.ts").conformance>
          >;
          expect(outcome.failures).toEqual([]);
          expect(outcome.passed).toBeGreaterThan(60);
        }
        server.close();
      } finally {
        await browser.close();
      }
    });
  },
);
