import { lossAlignment } from "../../geometry/alignment.ts";
import { type Extremes, lossAlignmentExtremes } from "../../geometry/certificate.ts";
import { realisableExtremes } from "../../geometry/momentGeometry.ts";
import { squaredNorm } from "../../geometry/perSample.ts";
import { geometryPoint } from "../../geometry/point.ts";
import { defined } from "../../geometry/undefined.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { block, type Matrix, matrix, mirrorLower, transpose } from "../../linalg/matrix.ts";
import { quadraticForms } from "../../linalg/quadraticForms.ts";
import { innerProducts } from "../../models/innerProducts.ts";
import { batchGradients, dot, type TeacherFit } from "./teacherFit.ts";

/** Linear models of one output on the same n inputs: what does not depend on θ is computed once. */
export interface InputGeometry {
  /** Of μ over the residuals that linear targets can leave. */
  readonly extremes: Extremes;
  /** The fit to a teacher with this noise ε on its n targets, or none. */
  fit(noise?: Float64Array): TeacherFit;
}

/** Samples that are weighted at a time, so that they stay in the cache. */
const blockRows = 256;

/** Of inputs n×d, row-major without gaps: from K when n < d, from d×d moments otherwise. */
export function inputGeometry(inputs: Matrix<Float64Array>, kernels: Kernels): Promise<InputGeometry> {
  return inputs.rows < inputs.columns ? ofFewSamples(inputs, kernels) : ofManySamples(inputs, kernels);
}

async function ofFewSamples(inputs: Matrix<Float64Array>, kernels: Kernels): Promise<InputGeometry> {
  const { rows: n } = inputs;
  const gram = innerProducts(inputs, kernels);
  const somewhere = geometryPoint(gram, new Float64Array(n));
  return {
    // every residual vector is realisable
    extremes: defined(await lossAlignmentExtremes(somewhere, kernels)),
    fit(noise = new Float64Array(n)) {
      const residuals = (delta: Float64Array) => {
        const result = noise.slice();
        kernels.gemv(1, inputs, delta, -1, result);
        return result;
      };
      return {
        ...batchGradients(inputs, kernels, noise),
        loss: (delta) => squaredNorm(residuals(delta)) / (2 * n),
        alignment: (delta) => defined(lossAlignment(geometryPoint(gram, residuals(delta)))),
      };
    },
  };
}

/**
 * By the forms q_i = x_iᵀGx_i and W = (1/n) Σ q_i x_i x_iᵀ: Tr(Σ₁G) = (1/n) Σ r_i²q_i with r = Xδ − ε is quadratic in δ, as
 * is the loss, so no θ has to go through the samples. Tr(ΣG) is less by ∇LᵀG∇L (docs/theory.md §2).
 */
async function ofManySamples(inputs: Matrix<Float64Array>, kernels: Kernels): Promise<InputGeometry> {
  const { rows: n, columns: d } = inputs;
  const gaussNewton = matrix(d, d);
  kernels.syrk(1 / n, transpose(inputs), 0, gaussNewton);
  mirrorLower(gaussNewton);
  const { forms, weighted } = weightedMoment(inputs, gaussNewton, kernels);
  const extremes = defined(await realisableExtremes(gaussNewton, weighted, kernels));
  const geometry = squaredNorm(gaussNewton.data);
  const image = (a: Matrix<Float64Array>, v: Float64Array) => {
    const result = new Float64Array(a.rows);
    kernels.gemv(1, a, v, 0, result);
    return result;
  };
  /** (1/n) Σ (x_iᵀδ − ε_i)²w_i as a function of δ, for w_i = 1 and for w_i = q_i, and where it is steepest, half the slope. */
  const meanSquare = (moment: Matrix<Float64Array>, noise?: Float64Array, weights?: Float64Array) => {
    const own = noise && (weights ? noise.map((value, i) => value * weights[i]) : noise);
    const linear = own && image(transpose(inputs), own).map((value) => value / n);
    const constant = noise && own ? dot(noise, own) / n : 0;
    return (delta: Float64Array) => {
      const slope = image(moment, delta);
      let value = dot(delta, slope) + constant;
      if (linear) {
        value -= 2 * dot(delta, linear);
        for (let k = 0; k < d; k++) slope[k] -= linear[k];
      }
      return { value, slope };
    };
  };
  return {
    extremes,
    fit(noise) {
      const squares = meanSquare(gaussNewton, noise);
      const weightedSquares = meanSquare(weighted, noise, forms);
      return {
        ...batchGradients(inputs, kernels, noise),
        loss: (delta) => squares(delta).value / 2,
        alignment(delta) {
          const { value: doubledLoss, slope: gradient } = squares(delta);
          const second = weightedSquares(delta).value;
          const unit = 1 / (doubledLoss * geometry);
          const slope = dot(gradient, image(gaussNewton, gradient));
          return { covariance: Math.max(second - slope, 0) * unit, secondMoment: second * unit };
        },
      };
    },
  };
}

/** q_i and W, its two triangles filled. */
function weightedMoment(inputs: Matrix<Float64Array>, gaussNewton: Matrix<Float64Array>, kernels: Kernels) {
  const { rows: n, columns: d } = inputs;
  const formsOf = quadraticForms(gaussNewton, kernels);
  const forms = new Float64Array(n);
  const weighted = matrix(d, d);
  const roots = new Float64Array(Math.min(n, blockRows) * d);
  for (let from = 0; from < n; from += blockRows) {
    const count = Math.min(blockRows, n - from);
    const own = formsOf(block(inputs, from, 0, count, d), forms.subarray(from, from + count));
    for (let i = 0; i < count; i++) {
      scaleRow(Math.sqrt(Math.max(own[i], 0)), inputs.data, (from + i) * d, d, roots, i * d);
    }
    kernels.syrk(1 / n, transpose(matrix(count, d, roots.subarray(0, count * d))), 1, weighted);
  }
  mirrorLower(weighted);
  return { forms, weighted };
}

/** `length` numbers times a factor, from one place to another, four at a time. */
function scaleRow(
  factor: number,
  from: Float64Array,
  at: number,
  length: number,
  to: Float64Array,
  start: number,
) {
  const fourth = length - (length % 4);
  let k = 0;
  for (; k < fourth; k += 4) {
    to[start + k] = factor * from[at + k];
    to[start + k + 1] = factor * from[at + k + 1];
    to[start + k + 2] = factor * from[at + k + 2];
    to[start + k + 3] = factor * from[at + k + 3];
  }
  for (; k < length; k++) to[start + k] = factor * from[at + k];
}
