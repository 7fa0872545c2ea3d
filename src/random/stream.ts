/**
 * A seeded, splittable stream of random numbers. Splitting names a child by its purpose, so that what one part
 * draws never depends on what another drew, nor on the number of threads.
 */
export interface RandomStream {
  /** The seed and the labels that lead here, for people: "7/linear-alignment/3/inputs". */
  readonly path: string;
  /**
   * The 128 bits that tell it from every other stream, for a generator elsewhere that draws the same numbers: four words, the
   * Philox key and then the upper half of the counter, least significant word first (identity.ts). A copy.
   */
  readonly identity: Int32Array;
  /**
   * An independent stream; the same labels from the same stream always give the same child, whatever was drawn. Numbers and
   * strings differ: 1 is not "1". `split("a", "b")` is `split("a").split("b")`. Throws a RangeError without labels, and on a
   * number that is not finite.
   */
  split(...labels: readonly (string | number)[]): RandomStream;
  /** Uniform on (0,1), 53 bits, never 0 or 1. */
  uniform(): number;
  /** Uniform integer in [0, bound), without modulo bias. Throws a RangeError unless `bound` is whole and from 1 to 2⁵³. */
  integer(bound: number): number;
  /** Standard Gaussian, by the ziggurat (Marsaglia & Tsang 2000; Doornik 2005). */
  gaussian(): number;
  /** Fills `out` with standard Gaussians (times `scale`, 1 by default) and returns it. */
  gaussians(out: Float64Array, scale?: number): Float64Array;
  /** A uniform permutation of 0 … n−1, length n. Throws a RangeError unless n is whole and from 0 to 2³¹ − 1. */
  permutation(n: number): Int32Array;
}
