import { type Undefined, zeroGaussNewton } from "../geometry/undefined.ts";
import type { Matrix } from "../linalg/matrix.ts";
import type { ReducedProblem } from "./reducedProblem.ts";

/** The expected loss after some steps, and which eigen-directions of G carry it. */
export interface ExpectedLoss {
  /** ln(E L(t)/E L(0)); −Infinity where the loss is 0. */
  readonly logLoss: number;
  /** λ_i E w_i² over their sum, sharpest direction first, one an eigenvalue; all 0 where the loss is 0. */
  readonly shares: Float64Array;
}

/**
 * λ_i M_ii/λ₁, twice the loss by eigen-direction up to a factor. What directions of one eigenvalue carry is spread evenly
 * over them, for their eigenvectors could be any.
 */
export function lossContributions(
  { eigenvalues, rank, rows }: ReducedProblem,
  moment: Matrix<Float64Array>,
): Float64Array {
  const result = Float64Array.from(eigenvalues, (value, k) =>
    Math.max(0, (value / eigenvalues[0]) * moment.data[k * rank + k]),
  );
  const rounding = rows.rows * Number.EPSILON * eigenvalues[0];
  for (let first = 0, end = 1; first < rank; first = end++) {
    while (end < rank && eigenvalues[end - 1] - eigenvalues[end] <= rounding) end++;
    if (end - first > 1) result.fill(sum(result.subarray(first, end)) / (end - first), first, end);
  }
  return result;
}

/** Of contributions known up to the factor exp(`logScale`), to a loss whose own came to `initial`. */
export function expectedLossOf(contributions: Float64Array, logScale: number, initial: number): ExpectedLoss {
  const loss = sum(contributions);
  return {
    logLoss: logScale + Math.log(loss / initial),
    shares: loss > 0 ? contributions.map((value) => value / loss) : contributions.slice(),
  };
}

/**
 * D_k = Σ_{i>k} s_i/Σ_{i≤k} s_i of shares of the loss, sharpest first: what the flat directions carry over what the k
 * sharpest do (docs/theory.md §5); 0 where there are no more than k. Undefined where the k sharpest carry nothing. Throws a
 * RangeError unless k is a whole number of at least 1.
 */
export function flatOverSharp(shares: Float64Array, k: number): number | Undefined {
  if (!(Number.isInteger(k) && k >= 1)) {
    throw new RangeError(`k: expected a whole number of at least 1, got ${k}`);
  }
  const sharp = sum(shares.subarray(0, k));
  const flat = sum(shares.subarray(k));
  if (sharp > 0) return flat / sharp;
  return { undefined: flat > 0 ? `the sharpest ${k} carry none of the loss` : "the loss is zero" };
}

/**
 * Σ_{i>k} λ_i²/Σ_{i≤k} λ_i², which D_k of SGD stays above up to a constant [WW, on escape; docs/theory.md §5]. `eigenvalues` are
 * those of G, descending. Undefined where G = 0. Throws as `flatOverSharp` does.
 */
export function paperBound(eigenvalues: Float64Array, k: number): number | Undefined {
  const sharpest = eigenvalues[0] ?? 0;
  if (sharpest === 0) return zeroGaussNewton;
  const squares = eigenvalues.map((value) => (value / sharpest) ** 2);
  return flatOverSharp(squares, k);
}

export function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}
