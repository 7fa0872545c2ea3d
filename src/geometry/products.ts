/**
 * Products with the p×p matrices of docs/theory.md §1, from J·v and Jᵀ·u alone: one of each a product, and memory that
 * grows with p and n·C but not with their product. They hold for every loss of a Linearization.
 */
import type { SymmetricOperator } from "../linalg/symmetricOperator.ts";
import type { HessianLinearization, Linearization } from "../models/linearization.ts";

/** G·v = (1/n) Jᵀ(Jv): length p → length p. docs/theory.md §1. */
export async function gaussNewtonProduct(
  linearization: Linearization,
  direction: Float64Array,
): Promise<Float64Array> {
  const image = await linearization.jvp(direction);
  return linearization.vjp(image.map((value) => value / linearization.samples));
}

/** Σ₁·v = (1/n) Σ g_i (g_iᵀv): length p → length p. docs/theory.md §1. */
export async function secondMomentProduct(
  linearization: Linearization,
  direction: Float64Array,
): Promise<Float64Array> {
  return weightedGradients(linearization, await slopes(linearization, direction));
}

/**
 * Σ·v = (1/n) Σ g_i (g_iᵀv − ∇Lᵀv): length p → length p. Centred before it is summed, so that equal gradients give rounding.
 * docs/theory.md §1.
 */
export async function covarianceProduct(
  linearization: Linearization,
  direction: Float64Array,
): Promise<Float64Array> {
  const own = await slopes(linearization, direction);
  const mean = own.reduce((sum, value) => sum + value / own.length, 0);
  return weightedGradients(
    linearization,
    own.map((value) => value - mean),
  );
}

/** G as an operator of size p, for eigenpairs, traces and densities. */
export function gaussNewtonOperator(linearization: Linearization): SymmetricOperator {
  return { size: linearization.parameters, apply: (v) => gaussNewtonProduct(linearization, v) };
}

/** Σ₁ as an operator of size p. */
export function secondMomentOperator(linearization: Linearization): SymmetricOperator {
  return { size: linearization.parameters, apply: (v) => secondMomentProduct(linearization, v) };
}

/** Σ as an operator of size p. */
export function covarianceOperator(linearization: Linearization): SymmetricOperator {
  return { size: linearization.parameters, apply: (v) => covarianceProduct(linearization, v) };
}

/** H, the Hessian of the mean loss, as an operator of size p. */
export function hessianOperator(linearization: HessianLinearization): SymmetricOperator {
  return { size: linearization.parameters, apply: (v) => linearization.hvp(v) };
}

/** g_iᵀv of every sample. */
async function slopes(linearization: Linearization, direction: Float64Array): Promise<Float64Array> {
  const { samples, outputs, residuals } = linearization;
  const image = await linearization.jvp(direction);
  return Float64Array.from({ length: samples }, (_, i) => {
    let slope = 0;
    for (let k = i * outputs; k < (i + 1) * outputs; k++) slope += residuals[k] * image[k];
    return slope;
  });
}

/** (1/n) Σ w_i g_i. */
function weightedGradients(
  linearization: Linearization,
  weights: Float64Array,
): Float64Array | Promise<Float64Array> {
  const { samples, outputs, residuals } = linearization;
  return linearization.vjp(residuals.map((value, k) => (value * weights[Math.floor(k / outputs)]) / samples));
}
