import type { GaussianSource } from "./symmetricOperator.ts";

/** Independent signs ±1: of all probes z with E zzᵀ = I those of least variance for traces (Hutchinson 1990). */
export function randomSigns(size: number, random: GaussianSource): Float64Array {
  return random.gaussians(new Float64Array(size)).map((value) => (value < 0 ? -1 : 1));
}
