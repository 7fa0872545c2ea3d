import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumMissing, launchChromium } from "../browser/chromium.ts";
import { scratchFolder } from "../cli/noisegeo.ts";
import { installPacked } from "./installed.ts";

/**
 * Of every entry point but the readers of files (noise-geometry/data, and with it noise-geometry). Numbers are uniform: Gaussians
 * may differ in the last bit between engines of JavaScript.
 */
const program = `
  import * as dynamics from "noise-geometry/dynamics";
  import { experiments } from "noise-geometry/experiments";
  import { measure } from "noise-geometry/geometry";
  import { matrix, openWasmKernels } from "noise-geometry/linalg";
  import { linearModel } from "noise-geometry/models";
  import * as onnx from "noise-geometry/onnx";
  import { createStream } from "noise-geometry/random";

  export const rest = [dynamics, onnx].map((module) => Object.keys(module).length);
  export async function compute() {
    const kernels = await openWasmKernels({ threads: 2 });
    const stream = createStream(1);
    const numbers = (length) => Float64Array.from({ length }, () => stream.uniform() - 0.5);
    const inputs = matrix(60, 8, numbers(480));
    const model = linearModel({ inputs, targets: matrix(60, 1, numbers(60)), kernels });
    const point = model.linearize(numbers(8));
    const { lossAlignment, spectrum } = await measure(point, { kernels });
    await kernels.close();
    return [experiments.length, lossAlignment.covariance, ...spectrum.eigenvalues];
  }
`;

const origin = "http://localhost/";
const folder = scratchFolder();
const bundle = join(folder.path, "bundle");
let expected: number[];

beforeAll(async () => {
  const { project } = installPacked(folder.path);
  const entry = join(project, "program.js");
  writeFileSync(entry, program);
  const code =
    "const { compute } = await import('./program.js'); console.log(JSON.stringify(await compute()));";
  const words = ["--input-type=module", "--eval", code];
  expected = JSON.parse(execFileSync(process.execPath, words, { cwd: project, encoding: "utf8" }));
  await build({
    root: project,
    configFile: false,
    logLevel: "error",
    build: {
      outDir: bundle,
      target: "es2023",
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: entry,
        preserveEntrySignatures: "strict",
        output: { entryFileNames: "program.js" },
      },
    },
  });
});
afterAll(() => folder.remove());

test("a bundle for the browser holds all that it imports", () => {
  const scripts = readdirSync(bundle, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".js"),
  );
  expect(scripts).toContain("program.js");
  for (const name of scripts) {
    // what is imported at once; what a worker of Node imports in its turn is text here, and not reached in a browser
    const imports = readFileSync(join(bundle, name), "utf8").matchAll(
      /\bimport\s*(?:[\w$*{][^"'`()]*?\bfrom\s*)?["'`]([^"'`]+)["'`]/g,
    );
    for (const [, from] of imports) expect(from, name).toMatch(/^\.\.?\//);
  }
});

describe.skipIf(chromiumMissing)(`in Chromium${chromiumMissing ? " (skipped: none installed)" : ""}`, () => {
  test("it gives the bits that Node gives with the same kernels", async () => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(String(error)));
      await page.route(`${origin}**`, async (route) => {
        const name = new URL(route.request().url()).pathname.slice(1);
        if (name === "")
          await route.fulfill({ contentType: "text/html", body: "<!doctype html><title>bundle</title>" });
        else await route.fulfill({ path: join(bundle, name) });
      });
      await page.goto(origin);
      const computed = await page.evaluate(`import("${origin}program.js").then(({ compute }) => compute())`);
      expect(computed).toEqual(expected);
      expect(expected.length).toBe(10);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
