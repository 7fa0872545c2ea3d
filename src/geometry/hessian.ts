import type { Kernels } from "../linalg/kernels/kernels.ts";
import { lanczos } from "../linalg/lanczos.ts";
import { entry, matrix } from "../linalg/matrix.ts";
import { norm } from "../linalg/orthonormalBasis.ts";
import { multiply, type SymmetricOperator } from "../linalg/symmetricOperator.ts";
import { traceEstimate } from "../linalg/traceEstimate.ts";
import type { HessianLinearization } from "../models/linearization.ts";
import type { RandomStream } from "../random/stream.ts";
import { hessianOperator } from "./products.ts";

/** Up to this many parameters H is formed, by as many products as it has columns. */
const explicitParameters = 300;

/** How far `measureHessian` goes, and where its random vectors come from. */
export interface HessianOptions {
  readonly kernels: Kernels;
  /** Of the starting vectors and probes. */
  readonly stream: RandomStream;
  /** Also the smallest eigenvalue. */
  readonly smallest?: boolean | undefined;
  /** An eigenpair has converged when ‖Hv − λv‖ ≤ tolerance·‖H‖; 1e-9 by default, of which float32 products fall short. */
  readonly tolerance?: number | undefined;
  /** Products for the eigenvalues, unless p ≤ 300; 1,000 by default. */
  readonly maxProducts?: number | undefined;
  /** Products for the trace, at least 6, unless p ≤ 300; 60 by default. */
  readonly traceQueries?: number | undefined;
  /** Looked at before every product; when it is aborted, its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of products so far. */
  readonly onProgress?: ((products: number) => void) | undefined;
}

/** An eigenvalue of H with the bound of its error, in units of H. */
export interface HessianEigenvalue {
  readonly value: number;
  /** ‖Hv − λv‖: some eigenvalue of H lies within it of `value`. */
  readonly residual: number;
  /** residual ≤ tolerance·‖H‖. */
  readonly converged: boolean;
}

/** The ends of the spectrum of H and its trace, in units of H: loss over parameter². */
export interface HessianMeasurement {
  /** λ_max(H). */
  readonly largest: HessianEigenvalue;
  /** λ_min(H), where it was asked for. */
  readonly smallest?: HessianEigenvalue;
  /** Tr H. */
  readonly trace: number;
  /** Of the trace, over its probes; 0 where the trace is exact: H was formed, or p ≤ `traceQueries`. */
  readonly traceStandardError: number;
  /** Products with H that it took. */
  readonly products: number;
}

/**
 * Extreme eigenvalues and trace of the Hessian of the mean loss (docs/theory.md §1) by products alone: Lanczos (Wu & Simon
 * 2000) and Hutch++ (Meyer, Musco, Musco & Woodruff 2021), or exactly from all p products where p ≤ 300. Throws a RangeError
 * where a product is not finite or not of length p, and where `traceQueries` is needed and not a whole number of at least 6.
 */
export async function measureHessian(
  linearization: HessianLinearization,
  options: HessianOptions,
): Promise<HessianMeasurement> {
  let products = 0;
  const hessian = hessianOperator(linearization);
  const operator: SymmetricOperator = {
    size: hessian.size,
    async apply(v) {
      const image = await hessian.apply(v);
      products++;
      options.onProgress?.(products);
      return image;
    },
  };
  const measured =
    operator.size <= explicitParameters
      ? await explicitHessian(operator, options)
      : await estimatedHessian(operator, options);
  return { ...measured, products };
}

async function explicitHessian(
  operator: SymmetricOperator,
  { kernels, smallest, tolerance = 1e-9, signal }: HessianOptions,
): Promise<Omit<HessianMeasurement, "products">> {
  const { size } = operator;
  const h = matrix(size, size);
  let trace = 0;
  for (let k = 0; k < size; k++) {
    // row k for column k: H is symmetric
    h.data.set(await multiply(operator, new Float64Array(size).fill(1, k, k + 1), signal), k * size);
    trace += entry(h, k, k);
  }
  const { values, vectors } = await kernels.background.symmetricEigen(h);
  const limit = tolerance * Math.max(-values[0], values[size - 1]);
  const pair = (k: number): HessianEigenvalue => {
    const vector = Float64Array.from({ length: size }, (_, i) => entry(vectors, i, k));
    const off = vector.slice();
    kernels.gemv(1, h, vector, -values[k], off);
    const residual = norm(off);
    return { value: values[k], residual, converged: residual <= limit };
  };
  return {
    largest: pair(size - 1),
    ...(smallest && { smallest: pair(0) }),
    trace,
    traceStandardError: 0,
  };
}

async function estimatedHessian(
  operator: SymmetricOperator,
  options: HessianOptions,
): Promise<Omit<HessianMeasurement, "products">> {
  const { kernels, stream, signal, tolerance = 1e-9, maxProducts } = options;
  const found = await lanczos(operator, {
    kernels,
    random: stream.split("eigenvalues"),
    signal,
    largest: 1,
    smallest: options.smallest ? 1 : 0,
    tolerance,
    maxProducts,
  });
  const { trace, standardError } = await traceEstimate(operator, {
    kernels,
    random: stream.split("trace"),
    signal,
    queries: options.traceQueries,
  });
  const stated = ({ value, residual, converged }: HessianEigenvalue) => ({ value, residual, converged });
  return {
    largest: stated(found.largest[0]),
    ...(options.smallest && { smallest: stated(found.smallest[0]) }),
    trace,
    traceStandardError: standardError,
  };
}
