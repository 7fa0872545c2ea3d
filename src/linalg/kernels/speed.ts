import { matrix, rowMajor } from "../matrix.ts";
import type { Kernels } from "./kernels.ts";

/** How fast kernels are on this machine. */
export interface KernelSpeed {
  /** GFLOP/s of a float32 product of two 768×768 matrices. */
  readonly gemm32: number;
  /** GFLOP/s of the same in float64. */
  readonly gemm64: number;
  /** Seconds for all eigenvalues and vectors of a symmetric 500×500 matrix. */
  readonly eigen500Seconds: number;
}

const productOrder = 768;
const eigenOrder = 500;

/**
 * The speed of `kernels` on this machine: the best of as many runs as fit in about `seconds` altogether (1 by
 * default), after one that does not count. Each figure takes at least one counted run, so a slow machine takes longer.
 */
export function measureSpeed(kernels: Kernels, options: { readonly seconds?: number } = {}): KernelSpeed {
  const secondsEach = (options.seconds ?? 1) / 3;
  const gigaflop = (2 * productOrder ** 3) / 1e9;
  const multiply = (empty: () => Float32Array | Float64Array) => {
    const operand = () => rowMajor(productOrder, productOrder, empty());
    const [a, b, c] = [operand(), operand(), operand()];
    for (let k = 0; k < a.data.length; k++) {
      a.data[k] = Math.sin(k);
      b.data[k] = Math.cos(k);
    }
    return gigaflop / bestSeconds(() => kernels.gemm(1, a, b, 0, c), secondsEach);
  };
  const symmetric = matrix(eigenOrder, eigenOrder);
  for (let i = 0; i < eigenOrder; i++) {
    for (let j = 0; j < eigenOrder; j++) symmetric.data[i * eigenOrder + j] = Math.sin((i + j) ** 2 + i * j);
  }
  return {
    gemm32: multiply(() => new Float32Array(productOrder ** 2)),
    gemm64: multiply(() => new Float64Array(productOrder ** 2)),
    eigen500Seconds: bestSeconds(() => kernels.symmetricEigen(symmetric), secondsEach),
  };
}

function bestSeconds(work: () => void, budget: number): number {
  work();
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + budget * 1000;
  do {
    const start = performance.now();
    work();
    best = Math.min(best, (performance.now() - start) / 1000);
  } while (performance.now() < end);
  return best;
}
