import type { Kernels } from "../linalg/kernels/kernels.ts";
import { type Matrix, matrix, mirrorLower, transpose } from "../linalg/matrix.ts";
import { squaredNorm } from "./perSample.ts";

/** Geometry and noise as explicit p×p matrices: the cheaper side when parameters are fewer than outputs × samples. */
export interface Moments {
  readonly samples: number;
  readonly outputs: number;
  /** Σ_i ‖r_i‖² = 2nL. */
  readonly squaredResiduals: number;
  /** ∇L, length p. */
  readonly gradient: Float64Array;
  /** G, p×p. */
  readonly gaussNewton: Matrix<Float64Array>;
  /** Σ, p×p. */
  readonly covariance: Matrix<Float64Array>;
}

/** Rows of the Jacobian of a few samples ((samples·C) × p) and their residuals (samples·C). */
export interface JacobianBlock {
  readonly jacobian: Matrix<Float64Array>;
  readonly residuals: Float64Array;
}

/** Sums moments over blocks of samples, so that n is bounded by time and not by memory. */
export interface MomentAccumulator {
  /** Throws a RangeError when the shapes do not fit p and C. */
  add(part: JacobianBlock): void;
  /** Throws a RangeError before the first sample. */
  finish(): Moments;
}

/**
 * Accumulates G, Σ and ∇L (docs/theory.md §1) over blocks. Each block's gradients are centred before they are squared and
 * blocks are merged by their means (Chan, Golub & LeVeque 1983), so Σ is a sum of positive semi-definite terms: no
 * cancellation, however large ∇L is.
 */
export function momentAccumulator(parameters: number, outputs: number, kernels: Kernels): MomentAccumulator {
  const geometry = matrix(parameters, parameters);
  const scatter = matrix(parameters, parameters);
  const mean = new Float64Array(parameters);
  let samples = 0;
  let squaredResiduals = 0;

  return {
    add({ jacobian, residuals }) {
      if (
        jacobian.columns !== parameters ||
        jacobian.rows !== residuals.length ||
        residuals.length % outputs !== 0
      ) {
        throw new RangeError(
          `block: expected (samples·${outputs})×${parameters} with as many residuals, got ${jacobian.rows}×${jacobian.columns} and ${residuals.length}`,
        );
      }
      const count = residuals.length / outputs;
      if (count === 0) return;
      kernels.syrk(1, transpose(jacobian), 1, geometry);
      squaredResiduals += squaredNorm(residuals);
      const gradients = sampleGradients(jacobian, residuals, outputs);
      const blockMean = centre(gradients);
      kernels.syrk(1, transpose(gradients), 1, scatter);
      const shift = matrix(parameters, 1);
      for (let k = 0; k < parameters; k++) shift.data[k] = blockMean[k] - mean[k];
      kernels.syrk((samples * count) / (samples + count), shift, 1, scatter);
      for (let k = 0; k < parameters; k++) mean[k] += (shift.data[k] * count) / (samples + count);
      samples += count;
    },
    finish() {
      if (samples === 0) throw new RangeError("moments: expected at least one sample, got none");
      return {
        samples,
        outputs,
        squaredResiduals,
        gradient: mean.slice(),
        gaussNewton: mirrored(geometry, samples),
        covariance: mirrored(scatter, samples),
      };
    },
  };
}

/** Row i is g_i = J_iᵀ r_i: samples × p. */
export function sampleGradients(
  jacobian: Matrix<Float64Array>,
  residuals: Float64Array,
  outputs: number,
): Matrix<Float64Array> {
  const { data, offset, rowStride, columnStride, columns } = jacobian;
  const gradients = matrix(residuals.length / outputs, columns);
  for (let row = 0; row < residuals.length; row++) {
    const source = offset + row * rowStride;
    const target = Math.floor(row / outputs) * columns;
    const weight = residuals[row];
    for (let k = 0; k < columns; k++) gradients.data[target + k] += weight * data[source + k * columnStride];
  }
  return gradients;
}

/** Takes the mean row off every row, in place, and returns it. */
function centre(rows: Matrix<Float64Array>): Float64Array {
  const mean = new Float64Array(rows.columns);
  for (let i = 0; i < rows.rows; i++) {
    for (let k = 0; k < rows.columns; k++) mean[k] += rows.data[i * rows.columns + k] / rows.rows;
  }
  for (let i = 0; i < rows.rows; i++) {
    for (let k = 0; k < rows.columns; k++) rows.data[i * rows.columns + k] -= mean[k];
  }
  return mean;
}

function mirrored(lower: Matrix<Float64Array>, samples: number): Matrix<Float64Array> {
  const result = { ...lower, data: lower.data.map((value) => value / samples) };
  mirrorLower(result);
  return result;
}
