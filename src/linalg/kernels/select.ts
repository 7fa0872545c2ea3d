/** Choosing between the system's library and our own module. */
import { InputError } from "../../inputError.ts";
import type { Kernels } from "./kernels.ts";
import { openNativeKernels } from "./native.ts";
import { fusesMultiplyAdd } from "./relaxedSimd.ts";
import { openWasmKernels } from "./wasm.ts";

type Name = Kernels["name"];
const names: readonly string[] = ["native", "wasm", "wasm-relaxed"] satisfies Name[];

/** Which kernels to take, and how many threads they may use. */
export interface OpenKernelsOptions {
  /**
   * Else the environment's NOISEGEO_KERNELS, else native where it opens, else wasm-relaxed where the engine fuses multiply-add, else
   * wasm, which gives the same bits on every machine.
   */
  readonly prefer?: Name | undefined;
  /** At least 1; by default the processors available for native kernels, 1 for wasm. */
  readonly threads?: number | undefined;
  /** Path of a BLAS with LAPACK for native kernels; else the environment's NOISEGEO_BLAS. */
  readonly library?: string | undefined;
}

/**
 * The fastest kernels that this machine or browser has: `native`, or where no BLAS is installed `wasm-relaxed` or `wasm`. A
 * choice that was made, by option or environment, is kept to: an InputError says why it cannot be, rather than falling
 * back in silence. Throws an InputError on any other value of NOISEGEO_KERNELS, a RangeError unless `threads` is a
 * positive integer, and for wasm a WebAssembly.CompileError where the engine has no SIMD.
 */
export async function openKernels(options: OpenKernelsOptions = {}): Promise<Kernels> {
  const { threads } = options;
  const prefer = options.prefer ?? preference(environment("NOISEGEO_KERNELS"));
  if (prefer === "wasm" || prefer === "wasm-relaxed") {
    return openWasmKernels({ threads, relaxed: prefer === "wasm-relaxed" });
  }

  const library = options.library ?? environment("NOISEGEO_BLAS");
  try {
    return await openNativeKernels({ threads, library });
  } catch (error) {
    const chosen = prefer === "native" || library !== undefined;
    if (chosen || !(error instanceof InputError)) throw error;
    return openWasmKernels({ threads, relaxed: fusesMultiplyAdd() });
  }
}

function preference(value: string | undefined): Name | undefined {
  if (value === undefined || names.includes(value)) return value as Name | undefined;
  throw new InputError(
    `NOISEGEO_KERNELS: expected native, wasm or wasm-relaxed, got ${value}; set it to one of them or unset it`,
  );
}

/** Set and not empty, or undefined; a browser has no environment. */
function environment(name: string): string | undefined {
  return globalThis.process?.env?.[name] || undefined;
}
