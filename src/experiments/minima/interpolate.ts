import type { Kernels, SymmetricEigen } from "../../linalg/kernels/kernels.ts";
import { entry } from "../../linalg/matrix.ts";
import type { Model } from "../../models/model.ts";
import { meanLoss } from "../../models/samples.ts";

/** Loss at which a minimum counts as interpolating: residuals of 1e-12, near the rounding of the outputs. */
const interpolated = 1e-24;
const maxSteps = 300;

/**
 * Trains on the whole data by Levenberg–Marquardt steps θ ← θ − Jᵀ(K + νI)⁻¹r until the loss is 1e-24: near an interpolating
 * minimum they converge quadratically, where gradient descent would need λ₁/λ_min steps a digit. Throws an Error where that
 * takes more than 300 steps, as it does for a network too small to fit the targets.
 */
export async function interpolate(
  model: Model,
  start: Float64Array,
  kernels: Kernels,
): Promise<Float64Array> {
  const look = (theta: Float64Array) => {
    const linearization = model.linearize(theta);
    const { residuals, samples } = linearization;
    return { theta, linearization, residuals, loss: meanLoss(residuals, samples) };
  };
  let at = look(start);
  let eigen = kernels.symmetricEigen(await at.linearization.gram());
  let damping = eigen.values.reduce((sum, value) => sum + value, 0) / eigen.values.length;
  for (let step = 0; step < maxSteps; step++) {
    if (at.loss <= interpolated) return at.theta;
    const move = await at.linearization.vjp(dampedSolution(eigen, damping, at.residuals));
    const next = look(at.theta.map((value, k) => value - move[k]));
    if (next.loss < at.loss) {
      at = next;
      eigen = kernels.symmetricEigen(await at.linearization.gram());
      damping /= 5;
    } else {
      damping *= 4;
    }
  }
  throw new Error(`interpolate: expected a loss of ${interpolated} after ${maxSteps} steps, got ${at.loss}`);
}

/** (K + νI)⁻¹r. */
function dampedSolution(
  { values, vectors }: SymmetricEigen,
  damping: number,
  residuals: Float64Array,
): Float64Array {
  const solution = new Float64Array(residuals.length);
  for (let k = 0; k < values.length; k++) {
    let along = 0;
    for (let i = 0; i < residuals.length; i++) along += entry(vectors, i, k) * residuals[i];
    along /= values[k] + damping;
    for (let i = 0; i < residuals.length; i++) solution[i] += along * entry(vectors, i, k);
  }
  return solution;
}
