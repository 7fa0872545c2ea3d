import type { Kernels } from "../linalg/kernels/kernels.ts";
import { block, type Matrix, matrix, mirrorLower, trace, transpose } from "../linalg/matrix.ts";
import { requireHarmless } from "./harmlessRange.ts";
import { squaredNorm } from "./perSample.ts";

/**
 * Geometry and noise as explicit p×p matrices (docs/theory.md §1): the cheaper side when parameters are fewer than
 * outputs × samples.
 */
export interface Moments {
  /** n */
  readonly samples: number;
  /** C */
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

/** Rows of the Jacobian of a few samples ((samples·C) × p, sample-major) and their residuals (samples·C). */
export interface JacobianBlock {
  readonly jacobian: Matrix<Float64Array>;
  readonly residuals: Float64Array;
}

/** Sums moments over blocks of samples, so that n is bounded by time and not by memory. */
export interface MomentAccumulator {
  /** Throws a RangeError when the shapes do not fit p and C. */
  add(part: JacobianBlock): void;
  /**
   * The moments of the samples so far, as a copy. Throws a RangeError before the first sample, and where Σ ‖r_i‖² or ‖J‖_F²
   * lies outside 2^±300 (about 1e±90) without being 0: what is made of the moments could overflow or vanish there.
   */
  finish(): Moments;
}

/**
 * Accumulates G, Σ and ∇L (docs/theory.md §1) over blocks, for p parameters and C outputs, in two p×p matrices. Each block's
 * gradients are centred before they are squared and blocks are merged by their means (Chan, Golub & LeVeque 1983), so Σ is a
 * sum of positive semi-definite terms: no cancellation, however large ∇L is. Numbers are taken in their own units: divide
 * residuals and Jacobian by powers of two where they are far from 1, as `measure` does; μ and g do not depend on it.
 */
export function momentAccumulator(parameters: number, outputs: number, kernels: Kernels): MomentAccumulator {
  const geometry = matrix(parameters, parameters);
  const scatter = matrix(parameters, parameters);
  const mean = new Float64Array(parameters);
  let samples = 0;
  let squaredResiduals = 0;
  /** Whether anything but zeros came, whose squares may have vanished. */
  const seen = { residuals: false, jacobian: false };
  let space = new Float64Array(0);

  function addPart({ jacobian, residuals }: JacobianBlock): void {
    const count = residuals.length / outputs;
    kernels.syrk(1, transpose(jacobian), 1, geometry);
    squaredResiduals += squaredNorm(residuals);
    seen.residuals ||= residuals.some((value) => value !== 0);
    seen.jacobian ||= hasEntries(jacobian);
    if (space.length < count * parameters) space = new Float64Array(count * parameters);
    const gradients = matrix(count, parameters, space.subarray(0, count * parameters));
    writeGradients(jacobian, residuals, outputs, gradients);
    const partMean = centre(gradients);
    kernels.syrk(1, transpose(gradients), 1, scatter);
    const shift = matrix(parameters, 1);
    for (let k = 0; k < parameters; k++) shift.data[k] = partMean[k] - mean[k];
    kernels.syrk((samples * count) / (samples + count), shift, 1, scatter);
    for (let k = 0; k < parameters; k++) mean[k] += (shift.data[k] * count) / (samples + count);
    samples += count;
  }

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
      for (const part of cachedParts({ jacobian, residuals }, outputs)) addPart(part);
    },
    finish() {
      if (samples === 0) throw new RangeError("moments: expected at least one sample, got none");
      if (seen.residuals) requireHarmlessSquares("residuals", squaredResiduals);
      if (seen.jacobian) requireHarmlessSquares("Jacobian", trace(geometry));
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

function requireHarmlessSquares(name: string, squares: number): void {
  const advice = "divide by a power of two: the alignments do not depend on it";
  requireHarmless(name, "a sum of squares", squares, advice);
}

/** Whether an entry is not 0; mostly the first one. */
function hasEntries({ data, rows, columns, offset, rowStride, columnStride }: Matrix<Float64Array>): boolean {
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < columns; k++)
      if (data[offset + row * rowStride + k * columnStride] !== 0) return true;
  }
  return false;
}

/** Row i is g_i = J_iᵀ r_i: samples × p. */
export function sampleGradients(
  jacobian: Matrix<Float64Array>,
  residuals: Float64Array,
  outputs: number,
): Matrix<Float64Array> {
  const gradients = matrix(residuals.length / outputs, jacobian.columns);
  writeGradients(jacobian, residuals, outputs, gradients);
  return gradients;
}

/** Numbers of a part of a block that stay in the cache, and the samples below which its products are too thin. */
const cached = { numbers: 2 ** 17, samples: 256 };

/** The block in parts of consecutive samples: what is made of each is still in the cache when it is used. */
export function* cachedParts(
  { jacobian, residuals }: JacobianBlock,
  outputs: number,
): Generator<JacobianBlock> {
  const together = Math.max(cached.samples, Math.floor(cached.numbers / (outputs * jacobian.columns)));
  const step = together * outputs;
  for (let row = 0; row < residuals.length; row += step) {
    const rows = Math.min(step, residuals.length - row);
    yield {
      jacobian: block(jacobian, row, 0, rows, jacobian.columns),
      residuals: residuals.subarray(row, row + rows),
    };
  }
}

function writeGradients(
  jacobian: Matrix<Float64Array>,
  residuals: Float64Array,
  outputs: number,
  gradients: Matrix<Float64Array>,
): void {
  const { data, offset, rowStride, columnStride, columns } = jacobian;
  for (let row = 0; row < residuals.length; row++) {
    const source = offset + row * rowStride;
    const target = Math.floor(row / outputs) * columns;
    const weight = residuals[row];
    if (row % outputs === 0) gradients.data.fill(0, target, target + columns);
    for (let k = 0; k < columns; k++) gradients.data[target + k] += weight * data[source + k * columnStride];
  }
}

/** Takes the mean row off every row, in place, and returns it. */
function centre({ rows, columns, data }: Matrix<Float64Array>): Float64Array {
  const mean = new Float64Array(columns);
  for (let start = 0; start < rows * columns; start += columns) {
    for (let k = 0; k < columns; k++) mean[k] += data[start + k];
  }
  for (let k = 0; k < columns; k++) mean[k] /= rows;
  for (let start = 0; start < rows * columns; start += columns) {
    for (let k = 0; k < columns; k++) data[start + k] -= mean[k];
  }
  return mean;
}

function mirrored(lower: Matrix<Float64Array>, samples: number): Matrix<Float64Array> {
  const result = { ...lower, data: lower.data.map((value) => value / samples) };
  mirrorLower(result);
  return result;
}
