import { InputError } from "../inputError.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import { type Matrix, matrix, row as rowOf, transpose } from "../linalg/matrix.ts";
import { requireGramSize } from "./gramSize.ts";
import { innerProducts } from "./innerProducts.ts";
import type { SampledGramLinearization } from "./linearization.ts";
import { requireLength } from "./requireLength.ts";
import { requireSafeMagnitude } from "./safeMagnitude.ts";

/** A Jacobian in memory as a `Linearization`. */
export interface JacobianLinearization extends SampledGramLinearization {
  /** J and r in one block: where p < n·C, `measure` takes the p×p side with it. */
  blocks(): AsyncGenerator<{ readonly jacobian: Matrix<Float64Array>; readonly residuals: Float64Array }>;
}

/**
 * The linearization of a model of your own at one θ, from its Jacobian and residuals f(x_i;θ) − y_i of the square loss
 * ½‖f − y‖² (docs/theory.md §1): all that `measure` needs. Row i·C + c of J is ∂f_c(x_i)/∂θ, entry i·C + c of r belongs to it.
 * Neither is copied: they must not change. Throws an InputError where J has another number of rows than r, there is no sample,
 * no parameter or no whole number of outputs, on a NaN, and where the largest entry of either lies outside 1e-130 to 1e130.
 */
export function jacobianLinearization(options: {
  /** n·C × p */
  readonly jacobian: Matrix<Float64Array>;
  /** n·C */
  readonly residuals: Float64Array;
  /** C; 1 by default. */
  readonly outputs?: number;
  readonly kernels: Kernels;
}): JacobianLinearization {
  const { jacobian, residuals, outputs = 1, kernels } = options;
  requireShapes(jacobian, residuals, outputs);
  const { rows: size, columns: parameters } = jacobian;
  const rowsOf = (samples: Int32Array): Matrix<Float64Array> => {
    const chosen = matrix(samples.length * outputs, parameters);
    for (let k = 0; k < chosen.rows; k++) {
      const from = samples[Math.floor(k / outputs)] * outputs + (k % outputs);
      chosen.data.set(rowOf(jacobian, from), k * parameters);
    }
    return chosen;
  };
  return {
    samples: size / outputs,
    outputs,
    parameters,
    residuals,
    jvp(direction) {
      requireLength("direction", direction, parameters);
      const image = new Float64Array(size);
      kernels.gemv(1, jacobian, direction, 0, image);
      return image;
    },
    vjp(weights) {
      requireLength("weights", weights, size);
      const sum = new Float64Array(parameters);
      kernels.gemv(1, transpose(jacobian), weights, 0, sum);
      return sum;
    },
    gram() {
      requireGramSize(size);
      return innerProducts(jacobian, kernels);
    },
    gramOf: (samples) => innerProducts(rowsOf(samples), kernels),
    gramBetween(samples, others) {
      const products = matrix(samples.length * outputs, others.length * outputs);
      kernels.gemm(1, rowsOf(samples), transpose(rowsOf(others)), 0, products);
      return products;
    },
    async *blocks() {
      yield { jacobian, residuals };
    },
  };
}

function requireShapes(jacobian: Matrix<Float64Array>, residuals: Float64Array, outputs: number): void {
  const { rows, columns } = jacobian;
  if (rows !== residuals.length) {
    throw new InputError(
      `Jacobian: expected a row for each of the ${residuals.length} residuals, got ${rows}×${columns}; rows are (sample, output)`,
    );
  }
  if (!(Number.isInteger(outputs) && outputs >= 1) || rows % outputs !== 0 || rows === 0 || columns === 0) {
    throw new InputError(
      `Jacobian: expected samples × ${outputs} outputs rows and at least one column, got ${rows}×${columns}`,
    );
  }
  requireNumbers("residuals", [residuals]);
  requireNumbers("Jacobian", rowsInTurn(jacobian));
}

function requireNumbers(what: "Jacobian" | "residuals", rows: Iterable<Float64Array>): void {
  let largest = 0;
  for (const row of rows) {
    for (let k = 0; k < row.length; k++) {
      const magnitude = Math.abs(row[k]);
      if (magnitude > largest) largest = magnitude;
      else if (Number.isNaN(magnitude)) throw new InputError(`${what}: expected finite numbers, got NaN`);
    }
  }
  requireSafeMagnitude(largest, what, what);
}

function* rowsInTurn(a: Matrix<Float64Array>): Generator<Float64Array> {
  for (let k = 0; k < a.rows; k++) yield rowOf(a, k);
}
