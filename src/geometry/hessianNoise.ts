import type { HessianLinearization } from "../models/linearization.ts";

/**
 * Tr(HΣ) = (1/n) Σ_i (g_i − ∇L)ᵀH(g_i − ∇L), exactly: twice what a displacement of covariance Σ adds to the loss to second
 * order, so (η²c/2)·Tr(HΣ) a step (docs/theory.md §4, §8). One product with Jᵀ and one with H a sample, and memory for a few
 * vectors of length p. Negative where the noise lies along directions of negative curvature.
 */
export async function hessianNoiseTrace(linearization: HessianLinearization): Promise<number> {
  const { samples, outputs, residuals } = linearization;
  let sum = 0;
  for (let i = 0; i < samples; i++) {
    // g_i − ∇L = Jᵀ(r restricted to sample i − r/n): centred before anything is squared
    const weights = residuals.map((value) => -value / samples);
    for (let k = i * outputs; k < (i + 1) * outputs; k++) weights[k] += residuals[k];
    const deviation = await linearization.vjp(weights);
    const product = await linearization.hvp(deviation);
    for (let k = 0; k < product.length; k++) sum += deviation[k] * product[k];
  }
  return sum / samples;
}
