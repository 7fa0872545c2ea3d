import type { Kernels } from "../linalg/kernels/kernels.ts";
import { type Matrix, matrix } from "../linalg/matrix.ts";
import type { Alignment } from "./alignment.ts";
import { studentInterval } from "./interval.ts";
import type { AlignmentIntervals } from "./jackknife.ts";
import { type JacobianBlock, type Moments, sampleGradients } from "./moments.ts";
import { squaredNorm } from "./perSample.ts";
import type { Undefined } from "./undefined.ts";

/**
 * 95 % intervals of μ and μ₁ over the samples by the infinitesimal jackknife (the empirical influence of each sample;
 * Efron 1982, ch. 6): the first-order form of the delete-one jackknife that K allows, in a second sweep over the data.
 */
export async function momentIntervals(
  moments: Moments,
  alignment: Alignment,
  blocks: AsyncIterable<JacobianBlock>,
  kernels: Kernels,
): Promise<AlignmentIntervals | Undefined> {
  const { samples: n, outputs, gradient, gaussNewton, squaredResiduals } = moments;
  if (n < 3) return { undefined: `an interval over samples needs at least 3 of them, got ${n}` };
  const twiceLoss = squaredResiduals / n;
  const geometry = squaredNorm(gaussNewton.data);
  const squares = { covariance: 0, secondMoment: 0 };
  const second = secondMoment(moments);

  for await (const { jacobian, residuals } of blocks) {
    const gradients = sampleGradients(jacobian, residuals, outputs);
    const deviations = {
      ...gradients,
      data: gradients.data.map((value, k) => value - gradient[k % gradient.length]),
    };
    const shares = {
      geometry: quadraticForms(jacobian, gaussNewton, kernels),
      noise: quadraticForms(jacobian, moments.covariance, kernels),
      secondMoment: quadraticForms(jacobian, second, kernels),
      deviation: quadraticForms(deviations, gaussNewton, kernels),
      gradient: quadraticForms(gradients, gaussNewton, kernels),
    };
    for (let i = 0; i < gradients.rows; i++) {
      const own = (rows: Float64Array): number => {
        let sum = 0;
        for (let c = i * outputs; c < (i + 1) * outputs; c++) sum += rows[c];
        return sum;
      };
      const loss = squaredNorm(residuals.subarray(i * outputs, (i + 1) * outputs)) / twiceLoss - 1;
      const metric = 2 * (own(shares.geometry) / geometry - 1);
      const influence = (image: number, noise: number, value: number): number =>
        (image + noise) / (twiceLoss * geometry) - 2 * value - value * (loss + metric);
      squares.covariance += influence(shares.deviation[i], own(shares.noise), alignment.covariance) ** 2;
      squares.secondMoment +=
        influence(shares.gradient[i], own(shares.secondMoment), alignment.secondMoment) ** 2;
    }
  }
  const interval = (estimate: number, sum: number) =>
    studentInterval(estimate, Math.sqrt(sum / n / (n - 1)), n - 1);
  return {
    covariance: interval(alignment.covariance, squares.covariance),
    secondMoment: interval(alignment.secondMoment, squares.secondMoment),
  };
}

/** Σ₁ = Σ + ∇L∇Lᵀ. */
function secondMoment({ covariance, gradient }: Moments): Matrix<Float64Array> {
  const size = gradient.length;
  return {
    ...covariance,
    data: covariance.data.map((value, k) => value + gradient[Math.floor(k / size)] * gradient[k % size]),
  };
}

/** rowᵀ A row for every row. */
function quadraticForms(rows: Matrix<Float64Array>, a: Matrix<Float64Array>, kernels: Kernels): Float64Array {
  const product = matrix(rows.rows, rows.columns);
  kernels.gemm(1, rows, a, 0, product);
  return Float64Array.from({ length: rows.rows }, (_, i) => {
    let sum = 0;
    for (let k = i * rows.columns; k < (i + 1) * rows.columns; k++) sum += product.data[k] * rows.data[k];
    return sum;
  });
}
