import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { matrix, openWasmKernels } from "../../src/linalg/index.ts";
import { chromiumMissing, launchChromium } from "./chromium.ts";

/** What both sides compute: a product and an eigensystem, on this thread and in a worker. */
async function compute(linalg: { matrix: typeof matrix; openWasmKernels: typeof openWasmKernels }) {
  const kernels = await linalg.openWasmKernels({ threads: 2 });
  const n = 160;
  const a = linalg.matrix(n, n);
  for (let k = 0; k < n * n; k++) a.data[k] = ((k * 7919) % 1009) / 1009 - 0.5;
  const direct = linalg.matrix(n, n);
  kernels.gemm(1, a, a, 0, direct);
  const gram = linalg.matrix(n, n);
  kernels.gemm(1, a, { ...a, rowStride: 1, columnStride: n }, 0, gram);
  const background = linalg.matrix(n, n);
  await kernels.background.gemm(1, a, a, 0, background);
  const { values, vectors } = await kernels.background.symmetricEigen(gram);
  await kernels.close();
  return [direct.data, background.data, values, vectors.data].map((data) => Array.from(data));
}

const types: Record<string, string> = { ".js": "text/javascript", ".html": "text/html" };

describe.skipIf(chromiumMissing)(
  `the built package in Chromium${chromiumMissing ? " (skipped: none installed)" : ""}`,
  () => {
    let server: Server;
    let browser: Browser;
    let origin: string;
    beforeAll(async () => {
      const dist = new URL("../../dist/", import.meta.url);
      server = createServer(async (request, response) => {
        const path = new URL(request.url ?? "/", "http://localhost").pathname;
        try {
          const body =
            path === "/"
              ? "<!doctype html><title>kernels</title>"
              : await readFile(new URL(`.${path}`, dist));
          response.setHeader("content-type", types[extname(path)] ?? "text/html").end(body);
        } catch {
          response.writeHead(404).end();
        }
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      browser = await launchChromium();
    });
    afterAll(async () => {
      await browser?.close();
      server?.close();
    });

    test("WebAssembly kernels give the bits that Node gets, workers included", async () => {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      await page.goto(origin);
      const inBrowser = await page.evaluate(
        `import("/linalg/index.js").then((linalg) => (${compute.toString()})(linalg))`,
      );
      expect(errors).toEqual([]);
      expect(inBrowser).toEqual(await compute({ matrix, openWasmKernels }));
    });
  },
);
