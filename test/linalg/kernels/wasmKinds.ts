/** The WebAssembly kernels that this machine can run, for suites that run on each of them. */
import v8 from "node:v8";
import { test } from "vitest";
import { fusesMultiplyAdd } from "../../../src/linalg/kernels/relaxedSimd.ts";

// Node 20 has relaxed SIMD behind a flag, which counts from the moment it is set.
if (process.versions.node.startsWith("20.")) v8.setFlagsFromString("--experimental-wasm-relaxed-simd");

export const wasmKinds: readonly { readonly name: string; readonly relaxed: boolean }[] = [
  { name: "wasm", relaxed: false },
  ...(fusesMultiplyAdd() ? [{ name: "wasm-relaxed", relaxed: true }] : []),
];

if (wasmKinds.length === 1) {
  if (process.env.CI) throw new Error("wasm-relaxed kernels cannot be tested: no fused multiply-add here");
  test.skip("wasm-relaxed: this processor or engine has no fused multiply-add", () => {});
}
