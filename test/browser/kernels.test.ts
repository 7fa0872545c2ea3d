import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { matrix, openVectorMath, openWasmKernels } from "../../src/linalg/index.ts";
import { wasmKinds } from "../linalg/kernels/wasmKinds.ts";
import { chromiumMissing, launchChromium } from "./chromium.ts";

/** What both sides compute: a product and an eigensystem, on this thread and in a worker. */
async function compute(
  linalg: { matrix: typeof matrix; openWasmKernels: typeof openWasmKernels },
  relaxed: boolean,
) {
  const kernels = await linalg.openWasmKernels({ threads: 2, relaxed });
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

/** Elementwise functions in both precisions, and the patches of an image. */
async function computeVectors(linalg: { openVectorMath: typeof openVectorMath }) {
  const math = await linalg.openVectorMath();
  return (["float32", "float64"] as const).flatMap((precision) => {
    const x = math.allocate(precision, 150);
    for (let k = 0; k < x.length; k++) x[k] = ((k * 7919) % 1009) / 100 - 5;
    const mapped = ["tanh", "softplus", "gelu", "silu"].map((kind) => {
      const out = math.allocate(precision, x.length);
      math.map({ kind } as Parameters<typeof math.map>[0], x, out);
      return out;
    });
    const size = { channels: 2, height: 15, width: 5, outHeight: 15, outWidth: 5 };
    const window = { kernel: [3, 3], stride: [1, 1], dilation: [1, 1], padding: [1, 1] } as const;
    const columns = math.allocate(precision, 18 * 75);
    math.unfold({ ...size, ...window }, x, columns);
    return [...mapped, columns].map((array) => Array.from(array));
  });
}

const types: Record<string, string> = { ".js": "text/javascript", ".html": "text/html" };

describe.skipIf(chromiumMissing)(
  `the built package in Chromium${chromiumMissing ? " (skipped: none installed)" : ""}`,
  () => {
    let server: Server;
    let browser: Browser;
    let origin: string;
    /** Whether pages get the headers without which browsers have no SharedArrayBuffer. */
    let isolated = false;
    beforeAll(async () => {
      const dist = new URL("../../dist/", import.meta.url);
      server = createServer(async (request, response) => {
        const path = new URL(request.url ?? "/", "http://localhost").pathname;
        try {
          const body =
            path === "/"
              ? "<!doctype html><title>kernels</title>"
              : await readFile(new URL(`.${path}`, dist));
          if (isolated) {
            response.setHeader("cross-origin-opener-policy", "same-origin");
            response.setHeader("cross-origin-embedder-policy", "require-corp");
          }
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

    test.each(wasmKinds)(
      "$name kernels give the bits that Node gets, workers included",
      async ({ relaxed }) => {
        const page = await browser.newPage();
        const errors: string[] = [];
        page.on("pageerror", (error) => errors.push(String(error)));
        await page.goto(origin);
        const inBrowser = await page.evaluate(
          `import("/linalg/index.js").then((linalg) => (${compute.toString()})(linalg, ${relaxed}))`,
        );
        expect(errors).toEqual([]);
        expect(inBrowser).toEqual(await compute({ matrix, openWasmKernels }, relaxed));
      },
    );

    test.each([false, true])(
      "vector functions give the same bits, with shared memory: %s",
      async (shared) => {
        isolated = shared;
        const page = await browser.newPage();
        await page.goto(origin);
        expect(await page.evaluate("typeof SharedArrayBuffer !== 'undefined'")).toBe(shared);
        const inBrowser = await page.evaluate(
          `import("/linalg/index.js").then((linalg) => (${computeVectors.toString()})(linalg))`,
        );
        expect(inBrowser).toEqual(await computeVectors({ openVectorMath }));
      },
    );
  },
);
