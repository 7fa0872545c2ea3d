/**
 * A seeded, splittable stream of random numbers. Splitting names a child by its purpose, so that what one part
 * draws never depends on what another drew, nor on the number of threads.
 */
export interface RandomStream {
  /** The seed and the labels that lead here, for people: "7/linear-alignment/3/inputs". */
  readonly path: string;
  /** The 128 bits that tell it from every other stream (identity.ts), for a generator elsewhere that draws the same numbers; a copy. */
  readonly identity: Int32Array;
  /** An independent stream; the same labels from the same stream always give the same child. */
  split(...labels: readonly (string | number)[]): RandomStream;
  /** Uniform on (0,1), 53 bits, never 0 or 1. */
  uniform(): number;
  /** Uniform integer in [0, bound), without modulo bias. */
  integer(bound: number): number;
  /** Standard Gaussian. */
  gaussian(): number;
  /** Fills `out` with standard Gaussians (times `scale`) and returns it. */
  gaussians(out: Float64Array, scale?: number): Float64Array;
  /** A uniform permutation of 0 … n−1. */
  permutation(n: number): Int32Array;
}
