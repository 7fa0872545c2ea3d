import type { Trainable } from "../../dynamics/sgd.ts";
import type { Alignment } from "../../geometry/alignment.ts";
import { squaredNorm } from "../../geometry/perSample.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { type Matrix, matrix, transpose } from "../../linalg/matrix.ts";
import { requireBatch } from "../../models/samples.ts";

/**
 * f = Xθ fitted to targets Xt + ε, at δ = θ − t: its residuals are Xδ − ε whatever the teacher t is, and neither targets nor
 * a second copy of X are needed. As something to train it has δ for its parameters.
 */
export interface TeacherFit extends Trainable {
  /** L = ‖Xδ − ε‖²/2n. */
  loss(delta: Float64Array): number;
  /** μ and μ₁ where residuals are not all zero. */
  alignment(delta: Float64Array): Alignment;
}

/** SGD's side of such a fit, for X n×d row-major without gaps and ε of length n, or none. */
export function batchGradients(
  inputs: Matrix<Float64Array>,
  kernels: Kernels,
  noise?: Float64Array,
): Trainable {
  const { data, rows: n, columns: d } = inputs;
  let rows = matrix(0, d);
  let residuals = new Float64Array(0);
  return {
    samples: n,
    parameters: d,
    gradient(delta, batch, gradient) {
      requireBatch(n, batch);
      if (residuals.length !== batch.length) {
        rows = matrix(batch.length, d);
        residuals = new Float64Array(batch.length);
      }
      for (let k = 0; k < batch.length; k++) {
        const i = batch[k];
        rows.data.set(data.subarray(i * d, (i + 1) * d), k * d);
        residuals[k] = noise === undefined ? 0 : noise[i];
      }
      kernels.gemv(1, rows, delta, -1, residuals);
      kernels.gemv(1 / batch.length, transpose(rows), residuals, 0, gradient);
      return squaredNorm(residuals) / (2 * batch.length);
    },
  };
}

/** aᵀb, in four sums at once. */
export function dot(a: Float64Array, b: Float64Array): number {
  const fourth = a.length - (a.length % 4);
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k < fourth; k += 4) {
    s0 += a[k] * b[k];
    s1 += a[k + 1] * b[k + 1];
    s2 += a[k + 2] * b[k + 2];
    s3 += a[k + 3] * b[k + 3];
  }
  for (; k < a.length; k++) s0 += a[k] * b[k];
  return s0 + s1 + (s2 + s3);
}
