import type { SymmetricOperator } from "../../src/linalg/symmetricOperator.ts";
import { seededUniform } from "./dense.ts";

/** A = QΛQᵀ written out, with a random orthogonal Q: the eigenvalues are known beforehand, repeats included. */
export function symmetricWith(eigenvalues: ArrayLike<number>, seed: number): number[][] {
  const size = eigenvalues.length;
  const next = seededUniform(seed);
  const q: number[][] = [];
  while (q.length < size) {
    let v = Array.from({ length: size }, next);
    for (let pass = 0; pass < 2; pass++) {
      for (const u of q) {
        const share = inner(u, v);
        v = v.map((value, i) => value - share * u[i]);
      }
    }
    const length = Math.sqrt(inner(v, v));
    q.push(v.map((value) => value / length));
  }
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => q.reduce((sum, u, k) => sum + eigenvalues[k] * u[i] * u[j], 0)),
  );
}

/** Products with an explicit matrix, by the definition. */
export function explicitOperator(a: readonly (readonly number[])[]): SymmetricOperator {
  return { size: a.length, apply: (v) => Float64Array.from(a, (row) => inner(row, v)) };
}

/** Products with a diagonal matrix, counted. */
export function diagonalOperator(
  diagonal: ArrayLike<number>,
): SymmetricOperator & { readonly count: number } {
  let count = 0;
  return {
    size: diagonal.length,
    get count() {
      return count;
    },
    apply(v) {
      count++;
      return v.map((value, i) => diagonal[i] * value);
    },
  };
}

export function inner(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
