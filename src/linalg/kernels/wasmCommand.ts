/**
 * A unit of work for one instance of the module: what to copy in, what to call, what to copy out. Because it says
 * all that, the same command runs on this thread and in a worker that knows nothing of matrices.
 */
import type { FloatArray } from "../matrix.ts";
import type { WasmFunctions } from "./wasmModule.ts";

type Elements = FloatArray | Int32Array;

/** Part of wasm memory as an array of its kind. */
interface Span {
  readonly address: number;
  readonly length: number;
  readonly kind: Float32ArrayConstructor | Float64ArrayConstructor | Int32ArrayConstructor;
}

// Methods, so that a function that knows the kind may take that kind alone.
export interface Input extends Span {
  /** Writes all `length` elements. */
  write(target: Elements): void;
}

interface Output extends Span {
  /** Takes what it needs from the elements, which change afterwards. */
  read(source: Elements): void;
}

/** A function of the module and its arguments. */
export type Call<Functions = WasmFunctions> = readonly [name: keyof Functions, ...values: number[]];

/** For a module with these functions, by default that of the dense kernels. */
export interface Command<Functions = WasmFunctions> {
  /** Wasm memory in use, from address 0. */
  readonly bytes: number;
  readonly inputs: readonly Input[];
  readonly calls: readonly Call<Functions>[];
  readonly outputs: readonly Output[];
}

const pageBytes = 65536;

/** Runs a command on this thread. Throws a RangeError when wasm memory (4 GiB at most) cannot hold it. */
export function runCommand<Functions>(
  instance: Functions & { readonly memory: WebAssembly.Memory },
  command: Command<Functions>,
): void {
  const { memory } = instance;
  const missing = command.bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  for (const { kind, address, length, write } of command.inputs) {
    write(new kind(memory.buffer, address, length));
  }
  for (const [name, ...values] of command.calls) {
    (instance[name] as (...values: number[]) => void)(...values);
  }
  for (const { kind, address, length, read } of command.outputs) {
    read(new kind(memory.buffer, address, length));
  }
}
