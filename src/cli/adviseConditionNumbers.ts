import type { Advice } from "../dynamics/advice.ts";
import { isDefined, type Undefined } from "../geometry/undefined.ts";
import { type ConditionName, type Judgement, limits } from "./adviseConditions.ts";
import type { NetworkFacts } from "./pointSource.ts";

type Value = number | null;

/** The numbers behind a condition, with the limit that it is held against. */
export function conditionNumbers(
  name: ConditionName,
  { interpolation, hessian, problem, summary, noiseScale, samples }: Advice,
  { relativeLoss, stepShare }: Judgement,
  network: NetworkFacts | undefined,
  finite: (value: number | Undefined, key: string) => Value,
): Readonly<Record<string, Value>> {
  const of = <T>(value: T | Undefined, pick: (value: T) => number | Undefined, key: string) =>
    finite(isDefined(value) ? pick(value) : value, key);
  switch (name) {
    case "interpolation":
      return {
        limit: limits.interpolation,
        relativeLoss: finite(relativeLoss, "relativeLoss"),
        meanLoss: of(interpolation.targetLosses, ({ ofMean }) => ofMean, "meanLoss"),
        irreducibleLoss: finite(interpolation.irreducibleLoss, "irreducibleLoss"),
      };
    case "curvature":
      return {
        limit: limits.curvature,
        gaussNewtonMax: problem.eigenvalues[0] ?? 0,
        hessianMax: of(hessian, ({ largest }) => largest.value, "hessianMax"),
        hessianMin: of(hessian, ({ smallest }) => smallest.value, "hessianMin"),
        sharpestDistance: of(hessian, ({ along }) => along, "sharpestDistance"),
        gaussNewtonFrobenius: summary.gaussNewtonFrobenius,
        frobeniusDistance: of(hessian, ({ frobenius }) => frobenius, "frobeniusDistance"),
        frobeniusStandardError: of(hessian, (at) => at.frobeniusStandardError, "frobeniusStandardError"),
      };
    case "minimum":
      return {
        limit: limits.minimum,
        gradientNormSquared: finite(summary.gradientNormSquared, "gradientNormSquared"),
        stepShare: finite(stepShare, "stepShare"),
      };
    case "plainSgd":
      return {
        momentum: network?.training?.momentum ?? null,
        weightDecay: network?.training?.weightDecay ?? null,
      };
    case "samples":
      return {
        limit: limits.noiseScale,
        noiseScaleShare: of(noiseScale, ({ value }) => value / samples, "noiseScaleShare"),
      };
    case "finiteMinimum":
      return {};
  }
}
