/**
 * The kernels of the system's BLAS and LAPACK, called through koffi (loaded only when asked for, so that a browser
 * never sees it). Typed arrays are passed in place.
 */
import type { FloatArray, Matrix, SymmetricMatrix } from "../matrix.ts";
import { inTurns } from "./inTurns.ts";
import type { Kernels, Products } from "./kernels.ts";
import { bindNativeRoutines, type NativeRoutines } from "./nativeBinding.ts";
import { prepareEigen } from "./nativeEigen.ts";
import { type PreparedCall, prepareGemm, prepareGemv, prepareSyrk, prepareTrmm } from "./nativeProducts.ts";

/** A call handed to another thread costs some 40 µs; this many operations take about as long on one core. */
const backgroundFlops = 2e6;
/** Of libuv's pool, which runs koffi's calls. */
const poolThreads = 4;
/** Libraries run calls smaller than this on one thread whatever their setting. */
const threadedFlops = 2e4;

/** Which library to load, and how many threads it may use. */
export interface NativeKernelsOptions {
  /**
   * At least 1; the processors available by default. Kept to the library's own maximum; without effect on a library that has
   * no such setting.
   */
  readonly threads?: number | undefined;
  /** Path of a shared library with CBLAS and LAPACK, of 32-bit integers, in place of the usual ones. */
  readonly library?: string | undefined;
}

/**
 * Kernels on the system's OpenBLAS, MKL, BLIS, Accelerate or other BLAS with LAPACK, looked for by name.
 * A library has one thread count per process: kernels with different `threads` may be open together, but should
 * not compute at the same time. Background calls run one after another, each on all the threads.
 * Throws an InputError outside Node.js, or when no library will do or koffi cannot be used; a RangeError unless `threads` is a
 * positive integer.
 */
export async function openNativeKernels(options: NativeKernelsOptions = {}): Promise<Kernels> {
  const { threads: asked, library } = options;
  if (asked !== undefined && !(Number.isInteger(asked) && asked >= 1)) {
    throw new RangeError(`native kernels: expected threads to be a whole number of at least 1, got ${asked}`);
  }
  const routines = await bindNativeRoutines(library);
  routines.setThreads?.(asked ?? (await import("node:os")).availableParallelism());
  const threads = routines.threads();
  return nativeKernels(routines, threads);
}

function nativeKernels(routines: NativeRoutines, threads: number): Kernels {
  const useThreads = (call: PreparedCall) => {
    if (call.flops >= threadedFlops) routines.setThreads?.(threads);
  };
  const run = (call: PreparedCall | undefined) => {
    if (call === undefined) return;
    useThreads(call);
    call.routine(...call.values);
  };

  let lastInBackground: Promise<void> = Promise.resolve();
  const afterOthers = (task: () => Promise<void>): Promise<void> => {
    const done = lastInBackground.then(task);
    lastInBackground = done.catch(() => {});
    return done;
  };
  const runInBackground = (call: PreparedCall | undefined): Promise<void> | void => {
    if (call === undefined || call.flops < backgroundFlops) return run(call);
    return afterOthers(() => {
      useThreads(call);
      return callAsync(call);
    });
  };
  /** Small calls too set the number of threads that those in the background are about to read. */
  const runOnOneThread = (call: PreparedCall | undefined): Promise<void> | void => {
    if (call === undefined) return;
    routines.setThreads?.(1);
    if (call.flops >= backgroundFlops) return callAsync(call);
    call.routine(...call.values);
  };

  const direct: Products = {
    gemm: (alpha, a, b, beta, c) => run(prepareGemm(routines, alpha, a, b, beta, c)),
    syrk: (alpha, a, beta, c) => run(prepareSyrk(routines, alpha, a, beta, c)),
  };
  const onOneThread: Products = {
    gemm: (alpha, a, b, beta, c) => runOnOneThread(prepareGemm(routines, alpha, a, b, beta, c)),
    syrk: (alpha, a, beta, c) => runOnOneThread(prepareSyrk(routines, alpha, a, beta, c)),
  };

  return {
    name: "native",
    description: routines.description,
    threads,
    gemm: direct.gemm,
    syrk: direct.syrk,
    gemv: (alpha, a, x, beta, y) => run(prepareGemv(routines, alpha, a, x, beta, y)),
    trmm: (a, b) => run(prepareTrmm(routines, a, b)),
    symmetricEigen(a) {
      const { call, result } = prepareEigen(routines, a, true);
      run(call);
      return result();
    },
    symmetricEigenvalues(a) {
      const { call, result } = prepareEigen(routines, a, false);
      run(call);
      return result().values;
    },
    background: {
      async gemm<T extends FloatArray>(
        alpha: number,
        a: Matrix<T>,
        b: Matrix<T>,
        beta: number,
        c: Matrix<T>,
      ) {
        await runInBackground(prepareGemm(routines, alpha, a, b, beta, c));
      },
      async syrk<T extends FloatArray>(alpha: number, a: Matrix<T>, beta: number, c: Matrix<T>) {
        await runInBackground(prepareSyrk(routines, alpha, a, beta, c));
      },
      async trmm<T extends FloatArray>(a: Matrix<T>, b: Matrix<T>) {
        await runInBackground(prepareTrmm(routines, a, b));
      },
      async symmetricEigen(a: SymmetricMatrix) {
        const { call, result } = prepareEigen(routines, a, true);
        await runInBackground(call);
        return result();
      },
      async symmetricEigenvalues(a: SymmetricMatrix) {
        const { call, result } = prepareEigen(routines, a, false);
        await runInBackground(call);
        return result().values;
      },
    },
    shareOut(works) {
      const spread = threads > 1 && threads <= poolThreads;
      const products = spread ? onOneThread : direct;
      // one more than threads, so that none waits while this one prepares a product
      const atOnce = spread ? threads + 1 : 1;
      return afterOthers(() =>
        inTurns(
          Array.from(works, (work) => () => work(products)),
          atOnce,
        ),
      );
    },
    // The library itself stays loaded: unloading one whose threads may still be waiting is not safe.
    close: () => lastInBackground,
  };
}

/** The callback holds on to the call, and so to its arrays, until the library has finished with them. */
function callAsync(call: PreparedCall): Promise<void> {
  return new Promise((resolve, reject) => {
    call.routine.async(...call.values, (error: Error | null) => {
      if (error === null) resolve();
      else reject(new Error(`background call with ${call.values.length} arguments failed: ${error.message}`));
    });
  });
}
