/**
 * Kernels by our own WebAssembly module (128-bit SIMD): always there, and what a browser runs. Operands are copied
 * into wasm memory block by block, so that memory stays bounded; direct calls use this thread, background calls a
 * pool of workers that get copies, so nothing needs shared memory or the headers it asks for.
 */
import { InputError } from "../../inputError.ts";
import type { SymmetricMatrix } from "../matrix.ts";
import { inTurns } from "./inTurns.ts";
import type { Kernels, Products } from "./kernels.ts";
import { fusesMultiplyAdd } from "./relaxedSimd.ts";
import { triangularProduct, triangularProductInBackground } from "./triangularProduct.ts";
import { type Command, runCommand } from "./wasmCommand.ts";
import { isSmall, multiplyByLoops } from "./wasmDirect.ts";
import { type EigenProblem, eigenProblem, eigenvalueProblem } from "./wasmEigen.ts";
import { compileWasmModule, instantiate, type WasmInstance } from "./wasmModule.ts";
import { openWasmPool, type WasmPool } from "./wasmPool.ts";
import { gemmProduct, gemvProduct, type Product, syrkProduct } from "./wasmProduct.ts";
import { largestTile, tileCommands, tilesOf } from "./wasmTile.ts";
import { isVector, vectorCommands } from "./wasmVector.ts";
import type { WasmWorker } from "./wasmWorker.ts";

/** Wasm memory never shrinks: a command that needs more than this gets an instance that is dropped after it. */
const keptBytes = 64 * 2 ** 20;
/** Tiles of a product that several workers share. */
const sharedTile = 512;

/** How many threads the module may use, and how it rounds. */
export interface OpenWasmKernelsOptions {
  /** Worker threads of background calls; 1 by default. Direct calls use the calling thread alone. */
  readonly threads?: number | undefined;
  /**
   * Products by fused multiply-add: faster, and other last digits, the same on every machine where `fusesMultiplyAdd()`. False
   * by default: the same bits on every machine.
   */
  readonly relaxed?: boolean | undefined;
}

/**
 * Compiles the module; workers start with the first background call. Throws a RangeError unless `threads` is a
 * positive integer, an InputError for `relaxed` unless `fusesMultiplyAdd()`, a WebAssembly.CompileError where the engine has no SIMD.
 */
export async function openWasmKernels(options: OpenWasmKernelsOptions = {}): Promise<Kernels> {
  const threads = options.threads ?? 1;
  if (!(Number.isInteger(threads) && threads >= 1)) {
    throw new RangeError(`threads: expected an integer ≥ 1, got ${threads}`);
  }
  const { relaxed = false } = options;
  if (relaxed && !fusesMultiplyAdd()) {
    throw new InputError(
      "wasm-relaxed kernels: expected WebAssembly with relaxed SIMD that fuses multiply-add, got none here; use Node 22 or newer on a processor with FMA, or wasm kernels",
    );
  }
  const module = await compileWasmModule(relaxed);
  const instance = instantiate(module);
  const pool = openWasmPool(module, threads);

  function solve<R>({ command, result }: EigenProblem<R>): R {
    runCommand(command.bytes > keptBytes ? instantiate(module) : instance, command);
    return result();
  }
  async function solveInBackground<R>({ command, result }: EigenProblem<R>): Promise<R> {
    await pool.withWorker((worker) => worker.run(command, command.bytes > keptBytes));
    return result();
  }

  const direct: Products = {
    gemm: (alpha, a, b, beta, c) => compute(instance, gemmProduct(alpha, a, b, beta, c)),
    syrk: (alpha, a, beta, c) => compute(instance, syrkProduct(alpha, a, beta, c)),
  };
  const inBackground = {
    gemm: async (alpha, a, b, beta, c) =>
      computeInBackground(instance, pool, threads, gemmProduct(alpha, a, b, beta, c)),
    syrk: async (alpha, a, beta, c) =>
      computeInBackground(instance, pool, threads, syrkProduct(alpha, a, beta, c)),
  } satisfies Products;

  return {
    name: relaxed ? "wasm-relaxed" : "wasm",
    description: `WebAssembly, 128-bit SIMD${relaxed ? " with fused multiply-add (relaxed)" : ""}, ${threads} background thread${threads === 1 ? "" : "s"}`,
    threads,
    gemm: direct.gemm,
    syrk: direct.syrk,
    gemv: (alpha, a, x, beta, y) => compute(instance, gemvProduct(alpha, a, x, beta, y)),
    trmm: (a, b) => triangularProduct(direct.gemm, a, b),
    symmetricEigen: (a: SymmetricMatrix) => solve(eigenProblem(a, instance)),
    symmetricEigenvalues: (a: SymmetricMatrix) => solve(eigenvalueProblem(a, instance)),
    background: {
      ...inBackground,
      trmm: (a, b) => triangularProductInBackground(inBackground.gemm, a, b),
      symmetricEigen: async (a: SymmetricMatrix) => solveInBackground(eigenProblem(a, instance)),
      symmetricEigenvalues: async (a: SymmetricMatrix) => solveInBackground(eigenvalueProblem(a, instance)),
    },
    shareOut(works) {
      // one more than threads, so that none waits while this one prepares a product
      const [products, atOnce] = threads === 1 ? [direct, 1] : [inBackground, threads + 1];
      return inTurns(
        Array.from(works, (work) => () => work(products)),
        atOnce,
      );
    },
    close: () => pool.close(),
  };
}

function compute(instance: WasmInstance, product: Product): void {
  if (isSmall(product)) {
    multiplyByLoops(product);
    return;
  }
  for (const commands of partsOf(product, largestTile, instance.heapStart())) {
    for (const command of commands) runCommand(instance, command);
  }
}

/** The product in parts that do not depend on each other. */
function partsOf(product: Product, tileSize: number, heapStart: number): Iterable<Command>[] {
  if (isVector(product)) return [vectorCommands(product, heapStart)];
  return tilesOf(product, tileSize).map((tile) => tileCommands(product, tile, heapStart));
}

/** Parts are dealt to the workers; each is sent its next command while it computes the last one. */
async function computeInBackground(
  instance: WasmInstance,
  pool: WasmPool,
  threads: number,
  product: Product,
): Promise<void> {
  if (isSmall(product)) {
    multiplyByLoops(product);
    return;
  }
  const fairShare = Math.ceil(Math.max(product.output.rows, product.output.columns) / threads);
  const tileSize = Math.min(sharedTile, 8 * Math.ceil(fairShare / 8));
  const results = await Promise.allSettled(
    partsOf(product, tileSize, instance.heapStart()).map((commands) =>
      pool.withWorker((worker) => runAll(worker, commands)),
    ),
  );
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

async function runAll(worker: WasmWorker, commands: Iterable<Command>): Promise<void> {
  let previous = Promise.resolve();
  for (const command of commands) {
    const sent = worker.run(command);
    // Awaited one round later; until then a failure must not count as unhandled.
    sent.catch(() => {});
    await previous;
    previous = sent;
  }
  await previous;
}
