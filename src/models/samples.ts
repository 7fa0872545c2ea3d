import { InputError } from "../inputError.ts";
import { dense, type Matrix, matrix } from "../linalg/matrix.ts";

/** The data a model is fitted to, in the one form the models below use. */
export interface Samples {
  /** n */
  readonly count: number;
  /** d */
  readonly dimension: number;
  /** C */
  readonly outputs: number;
  /** n×d, row-major without gaps. */
  readonly inputs: Matrix<Float64Array>;
  /** y, length n·C, sample-major. */
  readonly targets: Float64Array;
}

/**
 * Copies n×d inputs and n×C targets of any strides. Throws an InputError unless n, d and C are at least 1, there is
 * one target row per input row, and every number is finite.
 */
export function samples(inputs: Matrix<Float64Array>, targets: Matrix<Float64Array>): Samples {
  if (inputs.rows === 0 || inputs.columns === 0) {
    throw new InputError(
      `inputs: expected at least one sample and one feature, got ${inputs.rows}×${inputs.columns}`,
    );
  }
  if (targets.rows !== inputs.rows || targets.columns === 0) {
    throw new InputError(
      `targets: expected ${inputs.rows} rows, one for each row of the inputs, of at least one output, got ${targets.rows}×${targets.columns}`,
    );
  }
  return {
    count: inputs.rows,
    dimension: inputs.columns,
    outputs: targets.columns,
    inputs: finiteCopy("inputs", inputs),
    targets: finiteCopy("targets", targets).data,
  };
}

/** Throws a RangeError on an empty batch or an index outside [0, count). */
export function requireBatch(count: number, batch: Int32Array): void {
  if (batch.length === 0) throw new RangeError("batch: expected at least one sample, got none");
  for (let k = 0; k < batch.length; k++) {
    if (batch[k] < 0 || batch[k] >= count) {
      throw new RangeError(`batch: expected indices between 0 and ${count - 1}, got ${batch[k]}`);
    }
  }
}

/** The samples at the indices in `batch`, in its order, repeats allowed. Throws as `requireBatch` does. */
export function batchOf(all: Samples, batch: Int32Array): Samples {
  requireBatch(all.count, batch);
  const { dimension, outputs } = all;
  const inputs = new Float64Array(batch.length * dimension);
  const targets = new Float64Array(batch.length * outputs);
  for (let k = 0; k < batch.length; k++) {
    const i = batch[k];
    inputs.set(all.inputs.data.subarray(i * dimension, (i + 1) * dimension), k * dimension);
    targets.set(all.targets.subarray(i * outputs, (i + 1) * outputs), k * outputs);
  }
  return {
    count: batch.length,
    dimension,
    outputs,
    inputs: matrix(batch.length, dimension, inputs),
    targets,
  };
}

/** Mean square loss (1/n) Σ ½‖r_i‖² of stacked residuals. */
export function meanLoss(residuals: Float64Array, count: number): number {
  let sum = 0;
  for (const residual of residuals) sum += residual * residual;
  return sum / (2 * count);
}

function finiteCopy(name: string, a: Matrix<Float64Array>): Matrix<Float64Array> {
  const copy = dense(a);
  const { data } = copy;
  // a plain loop: findIndex, which calls a function for each number, takes several times as long
  let bad = 0;
  while (bad < data.length && Number.isFinite(data[bad])) bad++;
  if (bad < data.length) {
    const [row, column] = [Math.floor(bad / a.columns), bad % a.columns];
    throw new InputError(
      `${name}: expected finite numbers, got ${data[bad]} at row ${row}, column ${column}: drop or repair that sample`,
    );
  }
  return copy;
}
