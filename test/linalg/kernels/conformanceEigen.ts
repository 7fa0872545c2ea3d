/** What the symmetric eigensolvers owe, whichever implementation they come from. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Kernels } from "../../../src/linalg/kernels/kernels.ts";
import {
  dense,
  entry,
  type Matrix,
  matrix,
  type SymmetricMatrix,
  transpose,
} from "../../../src/linalg/matrix.ts";
import { fill, frobenius, maxAbsolute, product, seededUniform, trace } from "../../reference/dense.ts";
import { inputLayouts, view } from "./conformanceViews.ts";

const roundoff = 2 ** -53;
/** Errors in units of (n+5)·u·‖A‖_F, of which a backward-stable solver makes a few (LAPACK's own tests allow 60·n·u). */
const allowed = 4;
const unitError = (n: number) => allowed * (n + 5) * roundoff;

/** Checks everything that can be checked of a decomposition without knowing the answer. */
function checkDecomposition(kernels: Kernels, a: SymmetricMatrix): Float64Array {
  const n = a.rows;
  const full = fill(n, n, (i, j) => entry(a, Math.max(i, j), Math.min(i, j)));
  const before = a.data.slice();
  const { values, vectors } = kernels.symmetricEigen(a);
  const alone = kernels.symmetricEigenvalues(a);
  expect(a.data).toEqual(before);
  expect([values.length, vectors.rows, vectors.columns, alone.length]).toEqual([n, n, n, n]);
  for (const spectrum of [values, alone]) {
    for (let k = 1; k < n; k++) expect(spectrum[k]).toBeGreaterThanOrEqual(spectrum[k - 1]);
  }

  const norm = frobenius(full);
  const unit = unitError(n);
  const applied = product(full, vectors);
  const residual = fill(n, n, (i, k) => entry(applied, i, k) - entry(vectors, i, k) * values[k]);
  expect(maxAbsolute(residual)).toBeLessThanOrEqual(unit * norm);
  const overlaps = product(transpose(vectors), vectors);
  expect(maxAbsolute(fill(n, n, (i, j) => entry(overlaps, i, j) - (i === j ? 1 : 0)))).toBeLessThanOrEqual(
    unit,
  );
  expect(Math.abs(values.reduce((sum, value) => sum + value, 0) - trace(full))).toBeLessThanOrEqual(
    unit * norm,
  );
  expect(Math.abs(frobenius(matrix(n, 1, values)) - norm)).toBeLessThanOrEqual(unit * norm);
  for (let k = 0; k < n; k++) expect(Math.abs(values[k] - alone[k])).toBeLessThanOrEqual(unit * norm);
  return values;
}

/** Q·diag(spectrum)·Qᵀ with Q a product of two Householder reflections, so full and of a known spectrum. */
function withSpectrum(spectrum: readonly number[]): SymmetricMatrix {
  const n = spectrum.length;
  const uniform = seededUniform(n);
  let result: Matrix<Float64Array> = fill(n, n, (i, j) => (i === j ? spectrum[i] : 0));
  for (let reflection = 0; reflection < 2; reflection++) {
    const v = Float64Array.from({ length: n }, uniform);
    const norm2 = v.reduce((sum, x) => sum + x * x, 0);
    const h = fill(n, n, (i, j) => (i === j ? 1 : 0) - (2 * v[i] * v[j]) / norm2);
    result = product(product(h, result), h);
  }
  return fill(n, n, (i, j) => entry(result, Math.max(i, j), Math.min(i, j)));
}

function randomSymmetric(n: number, seed: number, scale = 1): SymmetricMatrix {
  const uniform = seededUniform(seed);
  const a = fill(n, n, () => scale * uniform());
  return fill(n, n, (i, j) => entry(a, Math.max(i, j), Math.min(i, j)));
}

const spectra: Readonly<Record<string, readonly number[]>> = {
  "one cluster": Array.from({ length: 40 }, (_, k) => 1 + k * 1e-15),
  "two clusters and an outlier": [...Array(20).fill(-1), ...Array(20).fill(1 + 1e-13), 1000],
  "rank one": [...Array(49).fill(0), 1],
  "half the rank": Array.from({ length: 60 }, (_, k) => Math.max(0, k - 29)),
  "graded over 16 decades": Array.from({ length: 33 }, (_, k) => 10 ** (-k / 2)),
};

export function eigenSuite(kernels: Kernels): void {
  test.each([0, 1, 2, 3, 7, 32, 33, 64, 100, 150])("random symmetric, n = %i", (n) => {
    checkDecomposition(kernels, randomSymmetric(n, n + 1));
  });

  test("any order up to 24, any rank, any scale", () => {
    const orders = fc.integer({ min: 0, max: 24 });
    fc.assert(
      fc.property(
        orders,
        orders,
        fc.integer({ min: -150, max: 150 }),
        fc.integer(),
        (n, rank, power, seed) => {
          const uniform = seededUniform(seed);
          const factor = fill(n, rank, () => 10 ** (power / 2) * uniform());
          const values = checkDecomposition(kernels, product(factor, transpose(factor)));
          const zeros = [...values].filter(
            (value) => Math.abs(value) <= unitError(n + rank) * Math.abs(values[n - 1]),
          );
          expect(zeros.length).toBeGreaterThanOrEqual(n - rank);
        },
      ),
    );
  });

  test.each(Object.entries(spectra))("known spectrum: %s", (_, spectrum) => {
    const ascending = Float64Array.from(spectrum).sort();
    const n = ascending.length;
    const values = checkDecomposition(kernels, withSpectrum(spectrum));
    const norm = frobenius(matrix(n, 1, ascending));
    // Forming the matrix errs as well, by the length of its six inner products an element.
    for (let k = 0; k < n; k++) {
      expect(Math.abs(values[k] - ascending[k])).toBeLessThanOrEqual(2 * unitError(n) * norm);
    }
  });

  test("second differences: λ_k = 2 − 2cos(kπ/(n+1))", () => {
    const n = 101;
    const a = fill(n, n, (i, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0));
    const values = checkDecomposition(kernels, a);
    for (let k = 1; k <= n; k++) {
      expect(Math.abs(values[k - 1] - 4 * Math.sin((k * Math.PI) / (2 * (n + 1))) ** 2)).toBeLessThan(
        n * 8 * roundoff,
      );
    }
  });

  test("the zero matrix has zero eigenvalues exactly, a diagonal one its diagonal", () => {
    expect(checkDecomposition(kernels, matrix(20, 20))).toEqual(new Float64Array(20));
    const diagonal = [3, -1, 4, 1, -5, 9, 2, -6];
    expect(
      checkDecomposition(
        kernels,
        fill(8, 8, (i, j) => (i === j ? diagonal[i] : 0)),
      ),
    ).toEqual(Float64Array.from(diagonal).sort());
  });

  test.each([1e-150, 1e150])("scale %s", (scale) => {
    for (const n of [1, 2, 40]) checkDecomposition(kernels, randomSymmetric(n, n, scale));
  });

  test.each(inputLayouts)("only the lower triangle is read, laid out as %s", (layout) => {
    for (const n of [1, 2, 9, 40]) {
      const a = view(Float64Array, n, n, layout, seededUniform(n)) as SymmetricMatrix;
      const packed = dense(a);
      const lowerOnly = layout === "broadcast" ? a : { ...a, data: a.data.slice() };
      for (let i = 0; i < n && layout !== "broadcast"; i++) {
        for (let j = i + 1; j < n; j++) {
          lowerOnly.data[a.offset + i * a.rowStride + j * a.columnStride] = Number.NaN;
        }
      }
      checkDecomposition(kernels, lowerOnly);
      expect(
        maxDifference(kernels.symmetricEigenvalues(lowerOnly), kernels.symmetricEigenvalues(packed)),
      ).toBeLessThanOrEqual(2 * unitError(n) * n);
    }
  });

  test("NaN or Inf in the lower triangle, or a matrix that is not square, is a RangeError", async () => {
    for (const special of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const n of [1, 2, 30]) {
        const a = randomSymmetric(n, n);
        a.data[n * n - 1] = special;
        expect(() => kernels.symmetricEigen(a)).toThrow(RangeError);
        expect(() => kernels.symmetricEigenvalues(a)).toThrow(RangeError);
        await expect(kernels.background.symmetricEigen(a)).rejects.toThrow(RangeError);
        await expect(kernels.background.symmetricEigenvalues(a)).rejects.toThrow(RangeError);
      }
    }
    expect(() => kernels.symmetricEigen(matrix(2, 3))).toThrow("2×3");
    expect(() => kernels.symmetricEigenvalues(matrix(2, 3))).toThrow(RangeError);
  });

  test("background calls give the same bits as direct ones, also several at once", async () => {
    for (const n of [0, 1, 5, 130]) {
      const a = randomSymmetric(n, n);
      const direct = kernels.symmetricEigen(a);
      const [first, second, values] = await Promise.all([
        kernels.background.symmetricEigen(a),
        kernels.background.symmetricEigen(a),
        kernels.background.symmetricEigenvalues(a),
      ]);
      for (const result of [first, second]) {
        expect(result.values).toEqual(direct.values);
        expect(dense(result.vectors)).toEqual(dense(direct.vectors));
      }
      expect(values).toEqual(kernels.symmetricEigenvalues(a));
    }
  });
}

function maxDifference(a: Float64Array, b: Float64Array): number {
  return a.reduce((largest, value, k) => Math.max(largest, Math.abs(value - b[k])), 0);
}
