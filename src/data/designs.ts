import { InputError } from "../inputError.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import { entry, type Matrix, matrix, type SymmetricMatrix, setEntry } from "../linalg/matrix.ts";
import type { RandomStream } from "../random/stream.ts";

/** Inputs x ~ N(0,S) (docs/theory.md §3). */
export interface GaussianDesign {
  /** d */
  readonly dimension: number;
  /** Eigenvalues of S, descending. */
  readonly eigenvalues: Float64Array;
  /**
   * n independent inputs as the rows of an n×d row-major matrix, over `out` if given; the same stream gives the same inputs. Throws
   * a RangeError on an `out` of another length than n·d.
   */
  sample(n: number, stream: RandomStream, out?: Float64Array): Matrix<Float64Array>;
  /** S, d×d, as a fresh matrix. */
  covariance(): SymmetricMatrix;
}

/** S = I. Throws a RangeError unless d ≥ 1. */
export function isotropic(dimension: number): GaussianDesign {
  return diagonal(spectrum(dimension, () => 1));
}

/** S = diag(k^−exponent), k = 1 … d. Throws a RangeError unless d ≥ 1 and the exponent is finite and non-negative. */
export function powerLaw(dimension: number, exponent: number): GaussianDesign {
  if (!(exponent >= 0 && exponent < Infinity)) {
    throw new RangeError(`powerLaw: expected a finite non-negative exponent, got ${exponent}`);
  }
  return diagonal(spectrum(dimension, (k) => (k + 1) ** -exponent));
}

/** S = diag(ratio, …, ratio, 1, …, 1) with `spikes` large eigenvalues. Throws a RangeError unless d ≥ 1, 0 ≤ spikes ≤ d and ratio ≥ 1. */
export function spiked(dimension: number, spikes: number, ratio: number): GaussianDesign {
  if (!(Number.isInteger(spikes) && spikes >= 0 && spikes <= dimension)) {
    throw new RangeError(`spiked: expected between 0 and ${dimension} spikes, got ${spikes}`);
  }
  if (!(ratio >= 1 && ratio < Infinity)) {
    throw new RangeError(`spiked: expected a finite ratio of at least 1, got ${ratio}`);
  }
  return diagonal(spectrum(dimension, (k) => (k < spikes ? ratio : 1)));
}

/**
 * A given S, d×d: inputs are z Λ^{1/2} Vᵀ with S = VΛVᵀ, so a singular S is welcome. Throws an InputError where S is
 * not square, finite, symmetric or positive semidefinite, the last two up to rounding.
 */
export function givenCovariance(covariance: Matrix<Float64Array>, kernels: Kernels): GaussianDesign {
  const symmetric = checkedSymmetric(covariance);
  const dimension = symmetric.rows;
  const { values, vectors } = kernels.symmetricEigen(symmetric);
  const largest = Math.max(...[values[0], values[dimension - 1]].map(Math.abs));
  if (values[0] < -dimension * Number.EPSILON * largest) {
    throw new InputError(
      `covariance: expected a positive semidefinite matrix, got the eigenvalue ${values[0]}: project it or repair the data`,
    );
  }
  // Descending; what is negative by rounding is zero.
  const eigenvalues = values.map((value) => Math.max(value, 0)).reverse();
  const root = matrix(dimension, dimension);
  for (let k = 0; k < dimension; k++) {
    const scale = Math.sqrt(eigenvalues[k]);
    for (let j = 0; j < dimension; j++) setEntry(root, k, j, scale * entry(vectors, j, dimension - 1 - k));
  }
  return {
    dimension,
    eigenvalues,
    sample(n, stream, out) {
      const gaussian = matrix(n, dimension, stream.gaussians(new Float64Array(n * dimension)));
      const inputs = matrix(n, dimension, out);
      kernels.gemm(1, gaussian, root, 0, inputs);
      return inputs;
    },
    covariance: () => ({ ...symmetric, data: symmetric.data.slice() }),
  };
}

function spectrum(dimension: number, eigenvalue: (k: number) => number): Float64Array {
  if (!(Number.isInteger(dimension) && dimension >= 1)) {
    throw new RangeError(`design: expected a dimension of at least 1, got ${dimension}`);
  }
  return Float64Array.from({ length: dimension }, (_, k) => eigenvalue(k));
}

/** Inputs that are drawn before they are scaled, while they are in the cache. */
const rowsAtOnce = 16;

/** S = diag(eigenvalues): general for Gaussian inputs, up to a rotation of the coordinates. */
function diagonal(eigenvalues: Float64Array): GaussianDesign {
  const dimension = eigenvalues.length;
  const deviations = eigenvalues.map(Math.sqrt);
  return {
    dimension,
    eigenvalues,
    sample(n, stream, out) {
      const inputs = matrix(n, dimension, out);
      for (let from = 0; from < n; from += rowsAtOnce) {
        const rows = inputs.data.subarray(from * dimension, (from + rowsAtOnce) * dimension);
        stream.gaussians(rows);
        for (let start = 0; start < rows.length; start += dimension) {
          for (let k = 0; k < dimension; k++) rows[start + k] *= deviations[k];
        }
      }
      return inputs;
    },
    covariance() {
      const covariance = matrix(dimension, dimension);
      for (let k = 0; k < dimension; k++) setEntry(covariance, k, k, eigenvalues[k]);
      return covariance;
    },
  };
}

/** A row-major copy whose triangles agree exactly. */
function checkedSymmetric(a: Matrix<Float64Array>): SymmetricMatrix {
  if (a.rows !== a.columns || a.rows === 0) {
    throw new InputError(`covariance: expected a square matrix, got ${a.rows}×${a.columns}`);
  }
  let largest = 0;
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.columns; j++) {
      const value = entry(a, i, j);
      if (!Number.isFinite(value)) {
        throw new InputError(`covariance: expected finite entries, got ${value} at (${i},${j})`);
      }
      largest = Math.max(largest, Math.abs(value));
    }
  }
  const symmetric = matrix(a.rows, a.columns);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j <= i; j++) {
      const difference = Math.abs(entry(a, i, j) - entry(a, j, i));
      if (difference > 1e-12 * largest) {
        throw new InputError(
          `covariance: expected a symmetric matrix, got entries (${i},${j}) and (${j},${i}) that differ by ${difference}: use (S + Sᵀ)/2`,
        );
      }
      setEntry(symmetric, i, j, entry(a, i, j));
      setEntry(symmetric, j, i, entry(a, i, j));
    }
  }
  return symmetric;
}
