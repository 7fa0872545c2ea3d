import { type Matrix, matrix } from "../linalg/matrix.ts";
import { norm } from "../linalg/orthonormalBasis.ts";
import { batchNoise } from "./batchNoise.ts";
import { type LeadingMatrix, leadingMatrix, type SpectralOptions } from "./leadingMatrix.ts";
import type { ReducedProblem } from "./reducedProblem.ts";
import { sampleCurvature } from "./sampleCurvature.ts";
import { type SgdStep, secondMomentMap, stepSizes } from "./secondMoment.ts";

/**
 * The largest eigenvalue ρ of the map T where others crowd just below it: flat directions, of which a step leaves nearly all,
 * have theirs near 1, and near the threshold ρ is 1 too.
 *
 * T is diagonal but for the kicks of single samples, T M = D∘M + c·F(M). Hence ρ is where the largest eigenvalue f(ρ) of the
 * scaled kicks S^(−½)∘c·F(S^(−½)∘W), S = ρ − D, is 1: there the crowd lies near 0. Newton's method on 1/f is
 * ρ ← ρ + (f − 1)/‖M‖² with M = S^(−½)∘W, ‖W‖ = 1, which is the Rayleigh quotient of T at M: from below it rises to ρ without a
 * step back. It begins with the best of `guess` and single directions, M = u_i u_iᵀ.
 */
export async function clusteredGrowth(
  problem: ReducedProblem,
  step: SgdStep,
  guess: LeadingMatrix,
  options: SpectralOptions & { readonly maxProducts: number },
): Promise<LeadingMatrix> {
  const { rank } = problem;
  const noise = batchNoise(problem.samples, step);
  const sizes = stepSizes(problem.eigenvalues, step.learningRate);
  const kicks = sampleCurvature(problem, step.learningRate, options.kernels);
  const moment = { ...guess.matrix, data: guess.matrix.data.slice() };
  const single = bestDirection(problem, sizes, noise);
  if (single.value > guess.value) moment.data[single.direction * (rank + 1)] += 1;
  const roots = matrix(rank, rank);
  const scaled = matrix(rank, rank);
  const image = matrix(rank, rank);
  const scaledKicks = async (w: Matrix<Float64Array>): Promise<Matrix<Float64Array>> => {
    for (let i = 0; i < w.data.length; i++) scaled.data[i] = w.data[i] / roots.data[i];
    const { data } = await kicks(scaled);
    for (let i = 0; i < data.length; i++) image.data[i] = (noise * data[i]) / roots.data[i];
    return image;
  };

  let { products } = guess;
  let value = Math.max(guess.value, single.value);
  let matrixError = 1;
  let settled = false;
  while (!settled && products < options.maxProducts) {
    fillRoots(value, sizes, noise, roots);
    for (let i = 0; i < scaled.data.length; i++) scaled.data[i] = roots.data[i] * moment.data[i];
    const start = { ...scaled, data: scaled.data.slice() };
    const inner = await leadingMatrix(rank, scaledKicks, {
      ...options,
      start,
      maxProducts: options.maxProducts - products,
    });
    products += inner.products;
    for (let i = 0; i < moment.data.length; i++) moment.data[i] = inner.matrix.data[i] / roots.data[i];
    const length = norm(moment.data);
    const rise = (inner.value - 1) / length / length;
    settled = inner.converged && rise <= 4 * Number.EPSILON * value;
    value += Math.max(0, rise);
    for (let i = 0; i < moment.data.length; i++) moment.data[i] /= length;
    const widest = 1 / roots.data.reduce((min, root) => Math.min(min, root), Infinity);
    matrixError = Math.min(1, (inner.matrixError * widest) / length);
  }
  const { data } = await secondMomentMap(problem, step, options.kernels)(moment);
  const residual = norm(data.map((entry, i) => entry - value * moment.data[i]));
  return { value, residual, converged: settled, matrix: moment, matrixError, products: products + 1 };
}

/** The largest of the Rayleigh quotients (1−ηλ_i)² + c[(1/n) Σ (u_iᵀηH_su_i)² − (ηλ_i)²]. */
function bestDirection(
  { samples, outputs, rank, rows, eigenvalues }: ReducedProblem,
  sizes: Float64Array,
  noise: number,
) {
  const fourth = new Float64Array(rank);
  for (let s = 0; s < samples; s++) {
    for (let i = 0; i < rank; i++) {
      let along = 0;
      for (let c = s * outputs; c < (s + 1) * outputs; c++) {
        along += (rows.data[c * rank + i] / eigenvalues[i]) * rows.data[c * rank + i];
      }
      fourth[i] += along ** 2 / samples;
    }
  }
  const values = sizes.map((size, i) => (1 - size) ** 2 + noise * (fourth[i] - 1) * size * size);
  const value = values.reduce((max, entry) => Math.max(max, entry), 0);
  return { direction: values.indexOf(value), value };
}

/** √S_ij with S = ρ − (1−ηλ_i)(1−ηλ_j) + c·ηλ_i·ηλ_j, which is at least the last term, for ρ ≥ (1−ηλ_i)². */
function fillRoots(value: number, sizes: Float64Array, noise: number, roots: Matrix<Float64Array>): void {
  const rank = sizes.length;
  const over = value - 1;
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j < rank; j++) {
      const product = sizes[i] * sizes[j];
      const gap = over + sizes[i] + sizes[j] - (1 - noise) * product;
      roots.data[i * rank + j] = Math.sqrt(Math.max(gap, noise * product));
    }
  }
}
