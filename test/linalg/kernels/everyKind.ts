/** The kernels that this machine can run, one and two threads of each kind, for suites that run on each of them. */
import { test } from "vitest";
import { InputError } from "../../../src/inputError.ts";
import type { Kernels } from "../../../src/linalg/kernels/kernels.ts";
import { openNativeKernels } from "../../../src/linalg/kernels/native.ts";
import { openWasmKernels } from "../../../src/linalg/kernels/wasm.ts";
import { wasmKinds } from "./wasmKinds.ts";

const kinds: readonly { readonly title: string; open(threads: number): Promise<Kernels> }[] = [
  { title: "native", open: (threads) => openNativeKernels({ threads }) },
  ...wasmKinds.map(({ name, relaxed }) => ({
    title: name,
    open: (threads: number) => openWasmKernels({ threads, relaxed }),
  })),
];

/** Opened, to be closed by the suite; what this machine lacks is a skipped test with its reason, and in CI an error. */
export async function everyKind(): Promise<readonly { readonly title: string; readonly kernels: Kernels }[]> {
  const opened: { title: string; kernels: Kernels }[] = [];
  for (const { title: kind, open } of kinds) {
    for (const threads of [1, 2]) {
      const title = `${kind}, ${threads} thread${threads > 1 ? "s" : ""}`;
      try {
        opened.push({ title, kernels: await open(threads) });
      } catch (error) {
        if (!(error instanceof InputError) || process.env.CI) throw error;
        test.skip(`${title}: not on this machine: ${error.message}`, () => {});
      }
    }
  }
  return opened;
}
