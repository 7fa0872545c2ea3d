import { batchNoise } from "../dynamics/batchNoise.ts";
import { decoupledGrowth, decoupledLimit } from "../dynamics/decoupled.ts";
import { gradientDescentGrowth, growthRate, limitFlatOverSharp } from "../dynamics/growthRate.ts";
import type { SpectralOptions } from "../dynamics/leadingMatrix.ts";
import { paperBound } from "../dynamics/lossShares.ts";
import type { ReducedProblem } from "../dynamics/reducedProblem.ts";
import type { SgdStep } from "../dynamics/secondMoment.ts";
import { isDefined, type Undefined } from "../geometry/undefined.ts";

/** What is known of an escape without simulating it. */
export interface EscapePrediction {
  /** ρ */
  readonly growthRate: number | Undefined;
  /** max (1−ηλ_i)² */
  readonly gradientDescent: number | Undefined;
  readonly shares: readonly FlatShare[];
}

interface FlatShare {
  readonly k: number;
  /** D_k(∞) */
  readonly limit: number | Undefined;
  /** Σ_{i>k} λ_i²/Σ_{i≤k} λ_i² */
  readonly paperBound: number | Undefined;
}

/** For the finite data set, exactly. Throws as `growthRate` does. */
export async function predictExact(
  problem: ReducedProblem,
  step: SgdStep,
  ks: readonly number[],
  options: SpectralOptions,
): Promise<EscapePrediction> {
  const growth = await growthRate(problem, step, options);
  const rate = isDefined(growth) && !growth.converged ? unsettled(growth.value, growth.residual) : growth;
  return prediction(problem.eigenvalues, step, ks, isDefined(rate) ? rate.value : rate, (k) =>
    isDefined(rate) ? limitFlatOverSharp(problem, rate, k) : rate,
  );
}

/** Under Σ = 2L·G, with c of `samples` samples. Throws as `decoupledGrowth` does. */
export function predictDecoupled(
  eigenvalues: Float64Array,
  samples: number,
  step: SgdStep,
  ks: readonly number[],
): EscapePrediction {
  const { learningRate } = step;
  const growth = decoupledGrowth(eigenvalues, { learningRate, noise: batchNoise(samples, step) });
  return prediction(eigenvalues, step, ks, isDefined(growth) ? growth.value : growth, (k) =>
    isDefined(growth) ? decoupledLimit(growth, k) : growth,
  );
}

function prediction(
  eigenvalues: Float64Array,
  { learningRate }: SgdStep,
  ks: readonly number[],
  rate: number | Undefined,
  limit: (k: number) => number | Undefined,
): EscapePrediction {
  return {
    growthRate: rate,
    gradientDescent: gradientDescentGrowth(eigenvalues, learningRate),
    shares: ks.map((k) => ({ k, limit: limit(k), paperBound: paperBound(eigenvalues, k) })),
  };
}

function unsettled(value: number, residual: number): Undefined {
  return { undefined: `the iteration ended before it converged, at ${value} with a residual of ${residual}` };
}
