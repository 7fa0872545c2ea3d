import { type Alignment, lossAlignment } from "../../geometry/alignment.ts";
import { type Extremes, lossAlignmentExtremes } from "../../geometry/certificate.ts";
import { realisableExtremes } from "../../geometry/momentGeometry.ts";
import { squaredNorm } from "../../geometry/perSample.ts";
import { geometryPoint } from "../../geometry/point.ts";
import { defined } from "../../geometry/undefined.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { block, type Matrix, matrix, mirrorLower, transpose } from "../../linalg/matrix.ts";
import { innerProducts } from "../../models/innerProducts.ts";

/** Linear models of one output on the same n inputs: what does not depend on θ is computed once. */
export interface InputGeometry {
  /** Of μ over the residuals that linear targets can leave. */
  readonly extremes: Extremes;
  /** μ and μ₁ where the residuals, n of them and not all zero, are these. */
  alignment(residuals: Float64Array): Alignment;
  /** L as a function of θ, for these n targets. */
  loss(targets: Float64Array): (theta: Float64Array) => number;
}

/** Samples whose images are formed at a time, so that they stay in the cache. */
const blockRows = 512;

/** From K when n < d, from d×d moments otherwise. */
export function inputGeometry(inputs: Matrix<Float64Array>, kernels: Kernels): Promise<InputGeometry> {
  return inputs.rows < inputs.columns ? ofFewSamples(inputs, kernels) : ofManySamples(inputs, kernels);
}

async function ofFewSamples(inputs: Matrix<Float64Array>, kernels: Kernels): Promise<InputGeometry> {
  const gram = innerProducts(inputs, kernels);
  const somewhere = geometryPoint(gram, new Float64Array(inputs.rows));
  return {
    // every residual vector is realisable
    extremes: defined(await lossAlignmentExtremes(somewhere, kernels)),
    alignment: (residuals) => defined(lossAlignment(geometryPoint(gram, residuals))),
    loss: (targets) => (theta) => {
      const residuals = targets.slice();
      kernels.gemv(1, inputs, theta, -1, residuals);
      return squaredNorm(residuals) / (2 * inputs.rows);
    },
  };
}

/**
 * By the forms q_i = x_iᵀGx_i: Tr(Σ₁G) = (1/n) Σ r_i²q_i, and Tr(ΣG) is less by ∇LᵀG∇L (docs/theory.md §2). The loss is
 * quadratic in θ, and no look at it has to go through the samples: 2L = θᵀGθ − 2θᵀXᵀy/n + yᵀy/n.
 */
async function ofManySamples(inputs: Matrix<Float64Array>, kernels: Kernels): Promise<InputGeometry> {
  const { rows: n, columns: d } = inputs;
  const gaussNewton = matrix(d, d);
  kernels.syrk(1 / n, transpose(inputs), 0, gaussNewton);
  mirrorLower(gaussNewton);
  const forms = new Float64Array(n);
  const weighted = matrix(d, d);
  const images = new Float64Array(Math.min(n, blockRows) * d);
  for (let from = 0; from < n; from += blockRows) {
    const count = Math.min(blockRows, n - from);
    const rows = block(inputs, from, 0, count, d);
    const own = matrix(count, d, images.subarray(0, count * d));
    kernels.gemm(1, rows, gaussNewton, 0, own);
    for (let i = 0; i < count; i++) {
      const x = inputs.data.subarray((from + i) * d, (from + i + 1) * d);
      const image = images.subarray(i * d, (i + 1) * d);
      const form = dot(x, image);
      forms[from + i] = form;
      // the image has served: x_i√q_i takes its place
      const root = Math.sqrt(Math.max(form, 0));
      for (let k = 0; k < d; k++) image[k] = root * x[k];
    }
    kernels.syrk(1 / n, transpose(own), 1, weighted);
  }
  mirrorLower(weighted);
  const extremes = defined(await realisableExtremes(gaussNewton, weighted, kernels));
  const geometry = squaredNorm(gaussNewton.data);
  const correlation = (values: Float64Array) => {
    const result = new Float64Array(d);
    kernels.gemv(1 / n, transpose(inputs), values, 0, result);
    return result;
  };
  const image = (v: Float64Array) => {
    const result = new Float64Array(d);
    kernels.gemv(1, gaussNewton, v, 0, result);
    return result;
  };
  return {
    extremes,
    alignment(residuals) {
      let weighted = 0;
      for (let i = 0; i < n; i++) weighted += residuals[i] * residuals[i] * forms[i];
      const gradient = correlation(residuals);
      const slope = dot(gradient, image(gradient));
      const unit = n / squaredNorm(residuals) / geometry;
      return {
        covariance: Math.max(weighted / n - slope, 0) * unit,
        secondMoment: (weighted / n) * unit,
      };
    },
    loss(targets) {
      const [linear, constant] = [correlation(targets), squaredNorm(targets) / n];
      return (theta) => (dot(theta, image(theta)) - 2 * dot(theta, linear) + constant) / 2;
    },
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}
