import { EigenvalueDecomposition, Matrix as MlMatrix } from "ml-matrix";
import type { Kernels, SymmetricEigen } from "../../src/linalg/kernels/kernels.ts";
import {
  dense,
  entry,
  type FloatArray,
  type Matrix,
  matrix,
  setEntry,
  transpose,
} from "../../src/linalg/matrix.ts";

/** Kernels as plain loops over their definitions, float64 inside: the reference the fast ones are held against. */
export const naiveKernels: Kernels = {
  name: "wasm",
  description: "plain loops, the reference for tests",
  threads: 1,
  gemm,
  syrk,
  gemv(alpha, a, x, beta, y) {
    requireShape(
      x.length === a.columns && y.length === a.rows,
      "gemv",
      a,
      `x of ${x.length}, y of ${y.length}`,
    );
    for (let i = 0; i < a.rows; i++) {
      let sum = 0;
      for (let j = 0; j < a.columns; j++) sum += entry(a, i, j) * x[j];
      y[i] = alpha * sum + (beta === 0 ? 0 : beta * y[i]);
    }
  },
  trmm,
  symmetricEigen,
  symmetricEigenvalues: (a) => symmetricEigen(a).values,
  background: {
    gemm: async (...operands) => gemm(...operands),
    syrk: async (...operands) => syrk(...operands),
    trmm: async (...operands) => trmm(...operands),
    symmetricEigen: async (a) => symmetricEigen(a),
    symmetricEigenvalues: async (a) => symmetricEigen(a).values,
  },
  async shareOut(works) {
    for (const work of works) await work({ gemm, syrk });
  },
  close: async () => {},
};

function gemm<T extends FloatArray>(
  alpha: number,
  a: Matrix<T>,
  b: Matrix<T>,
  beta: number,
  c: Matrix<T>,
): void {
  requireShape(a.columns === b.rows && c.rows === a.rows && c.columns === b.columns, "gemm", a, shapes(b, c));
  for (let i = 0; i < c.rows; i++) {
    for (let j = 0; j < c.columns; j++) {
      let sum = 0;
      for (let k = 0; k < a.columns; k++) sum += entry(a, i, k) * entry(b, k, j);
      setEntry(c, i, j, alpha * sum + (beta === 0 ? 0 : beta * entry(c, i, j)));
    }
  }
}

function trmm<T extends FloatArray>(a: Matrix<T>, b: Matrix<T>): void {
  requireShape(a.rows === a.columns && a.columns === b.rows, "trmm", a, shapes(b));
  const old = dense(b);
  for (let i = 0; i < b.rows; i++) {
    for (let j = 0; j < b.columns; j++) {
      let sum = 0;
      for (let k = 0; k <= i; k++) sum += entry(a, i, k) * entry(old, k, j);
      setEntry(b, i, j, sum);
    }
  }
}

function syrk<T extends FloatArray>(alpha: number, a: Matrix<T>, beta: number, c: Matrix<T>): void {
  requireShape(c.rows === a.rows && c.columns === a.rows, "syrk", a, shapes(c));
  const at = transpose(a);
  for (let i = 0; i < c.rows; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < a.columns; k++) sum += entry(a, i, k) * entry(at, k, j);
      setEntry(c, i, j, alpha * sum + (beta === 0 ? 0 : beta * entry(c, i, j)));
    }
  }
}

function symmetricEigen(a: Matrix<Float64Array>): SymmetricEigen {
  const size = a.rows;
  requireShape(a.columns === size, "symmetricEigen", a, "");
  const vectors = matrix(size, size);
  if (size === 0) return { values: new Float64Array(0), vectors };
  const lower = MlMatrix.zeros(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const value = entry(a, Math.max(i, j), Math.min(i, j));
      if (!Number.isFinite(value))
        throw new RangeError(`symmetricEigen: expected finite entries, got ${value}`);
      lower.set(i, j, value);
    }
  }
  const decomposition = new EigenvalueDecomposition(lower, { assumeSymmetric: true });
  const order = decomposition.realEigenvalues.map((_, k) => k);
  order.sort((i, j) => decomposition.realEigenvalues[i] - decomposition.realEigenvalues[j]);
  for (const [k, from] of order.entries()) {
    for (let i = 0; i < size; i++) setEntry(vectors, i, k, decomposition.eigenvectorMatrix.get(i, from));
  }
  return { values: Float64Array.from(order, (k) => decomposition.realEigenvalues[k]), vectors };
}

function shapes(...matrices: readonly Matrix<FloatArray>[]): string {
  return matrices.map((a) => `${a.rows}×${a.columns}`).join(", ");
}

function requireShape(fits: boolean, call: string, a: Matrix<FloatArray>, others: string): void {
  if (!fits) throw new RangeError(`${call}: ${shapes(a)} does not fit ${others}`);
}
