/** One suite for all implementations of `Kernels`. */
import { afterAll, describe, expect, test } from "vitest";
import { InputError } from "../../../src/inputError.ts";
import type { Kernels } from "../../../src/linalg/kernels/kernels.ts";
import { openNativeKernels } from "../../../src/linalg/kernels/native.ts";
import { openWasmKernels } from "../../../src/linalg/kernels/wasm.ts";
import { eigenSuite } from "./conformanceEigen.ts";
import { productSuite } from "./conformanceProducts.ts";
import { sharingSuite } from "./conformanceSharing.ts";
import { wasmKinds } from "./wasmKinds.ts";

const implementations: readonly { title: string; open(): Promise<Kernels> }[] = [
  { title: "native, 1 thread", open: () => openNativeKernels({ threads: 1 }) },
  { title: "native, 2 threads", open: () => openNativeKernels({ threads: 2 }) },
  ...wasmKinds.flatMap(({ name, relaxed }) => [
    { title: `${name}, 1 thread`, open: () => openWasmKernels({ threads: 1, relaxed }) },
    { title: `${name}, 2 threads`, open: () => openWasmKernels({ threads: 2, relaxed }) },
  ]),
];

for (const { title, open } of implementations) {
  let kernels: Kernels;
  try {
    kernels = await open();
  } catch (error) {
    if (!(error instanceof InputError) || process.env.CI) throw error;
    test.skip(`${title}: not on this machine: ${error.message}`, () => {});
    continue;
  }

  describe(title, () => {
    afterAll(() => kernels.close());

    test("says what it is", () => {
      expect(kernels.name).toBe(title.split(",")[0]);
      expect(kernels.description).toMatch(/\w/);
      expect(kernels.threads).toBeGreaterThanOrEqual(1);
      expect(kernels.threads).toBeLessThanOrEqual(Number(title.match(/\d/)));
    });

    describe("float32", () => productSuite(kernels, Float32Array));
    describe("float64", () => productSuite(kernels, Float64Array));
    describe("symmetric eigenproblems", () => eigenSuite(kernels));
    describe("works shared out", () => sharingSuite(kernels));
  });
}
