/** The kernels' conformance suite, run where this script is loaded: a page of a browser. */
import { openWasmKernels } from "../../../src/linalg/kernels/wasm.ts";
import { eigenSuite } from "../../linalg/kernels/conformanceEigen.ts";
import { productSuite } from "../../linalg/kernels/conformanceProducts.ts";
import { describe, runAll } from "./runner.ts";

export async function conformance(threads: number, relaxed: boolean) {
  const kernels = await openWasmKernels({ threads, relaxed });
  describe("float32", () => productSuite(kernels, Float32Array));
  describe("float64", () => productSuite(kernels, Float64Array));
  describe("symmetric eigenproblems", () => eigenSuite(kernels));
  const outcome = await runAll();
  await kernels.close();
  return outcome;
}

(globalThis as { conformance?: typeof conformance }).conformance = conformance;
