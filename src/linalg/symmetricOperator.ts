import type { Kernels } from "./kernels/kernels.ts";

/**
 * A real symmetric N×N matrix A known by its products alone. The matrix-free methods of this layer throw a RangeError on a size
 * that is not whole or below 1, and on a product of another length or with NaN or Inf; symmetry they take on trust. What
 * `apply` throws comes through.
 */
export interface SymmetricOperator {
  /** N */
  readonly size: number;
  /** A·v, of length N, for v of length N. Both are copied: v may be overwritten, and the array of the result used again. */
  apply(v: Float64Array): Float64Array | Promise<Float64Array>;
}

/** Where random vectors come from; a RandomStream is one. */
export interface GaussianSource {
  /** Fills `out` with independent standard Gaussians and returns it. */
  gaussians(out: Float64Array): Float64Array;
}

/** What every matrix-free method takes. */
export interface MatrixFreeOptions {
  readonly kernels: Kernels;
  readonly random: GaussianSource;
  /** Looked at before every product; when it is aborted, its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** A·v as an array of its own, v untouched. Throws a RangeError on a product of another length, or with NaN or Inf. */
export async function multiply(
  operator: SymmetricOperator,
  v: Float64Array,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  signal?.throwIfAborted();
  const image = (await operator.apply(v.slice())).slice();
  if (image.length !== operator.size) {
    throw new RangeError(`operator: expected a product of length ${operator.size}, got ${image.length}`);
  }
  const bad = image.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`operator: expected finite products, got ${image[bad]} at ${bad}`);
  return image;
}

/** Throws a RangeError unless N is a whole number of at least 1. */
export function requireSize({ size }: SymmetricOperator): void {
  if (!(Number.isInteger(size) && size >= 1)) {
    throw new RangeError(`operator: expected a size of at least 1, got ${size}`);
  }
}
