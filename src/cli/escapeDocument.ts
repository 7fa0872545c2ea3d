import type { SgdStep } from "../dynamics/secondMoment.ts";
import type { SimulatedValue } from "../dynamics/simulationEstimates.ts";
import { isDefined, type Undefined } from "../geometry/undefined.ts";
import { documentNumbers } from "../report/documentNumbers.ts";
import type { EscapePrediction } from "./escapePrediction.ts";
import type { EscapeSimulation } from "./escapeSimulation.ts";

/** The JSON document of `noisegeo escape` (docs/contract.md). */
export interface EscapeDocument {
  readonly schema: 1;
  readonly source: "decoupled" | "exact";
  readonly learningRate: number;
  readonly batch: number;
  readonly replacement: boolean;
  readonly growthRate: number | null;
  readonly escapes: boolean | null;
  readonly share: readonly {
    readonly k: number;
    readonly limit: number | null;
    readonly paperBound: number | null;
    /** D_k after the steps of the simulation, with its 95 % interval. */
    readonly simulated?: number | null;
    readonly simulatedInterval?: readonly [number, number];
  }[];
  readonly gradientDescent: { readonly growthRate: number | null; readonly escapes: boolean | null };
  readonly simulation?: {
    readonly trajectories: number;
    readonly steps: number;
    readonly seed: number;
    /** Of the mean loss over the second half of the steps. */
    readonly growthRate: number | null;
    readonly growthRateInterval?: readonly [number, number];
  };
  readonly undefined: Readonly<Record<string, string>>;
}

export function escapeDocument(
  source: EscapeDocument["source"],
  { learningRate, batchSize, replacement }: SgdStep,
  prediction: EscapePrediction,
  simulation?: EscapeSimulation,
): EscapeDocument {
  const numbers = documentNumbers();
  const estimated = (value: SimulatedValue | Undefined, path: string) =>
    numbers.field(value, (own) => own.value, path);
  const intervalOf = (
    value: SimulatedValue | Undefined,
    path: string,
  ): readonly [number, number] | undefined => {
    if (!isDefined(value)) return undefined;
    const { interval } = value;
    if (isDefined(interval)) return [interval.low, interval.high];
    numbers.finite(interval, path);
    return undefined;
  };
  const growth = (value: EscapePrediction["growthRate"], path: string) => ({
    growthRate: numbers.finite(value, `${path}growthRate`),
    // beyond the range of float64 it escapes all the same
    escapes: numbers.flag(isDefined(value) ? value > 1 : value, `${path}escapes`),
  });
  const share = prediction.shares.map(({ k, limit, paperBound }, position) => {
    const path = `share[${position}]`;
    const own = {
      k,
      limit: numbers.finite(limit, `${path}.limit`),
      paperBound: numbers.finite(paperBound, `${path}.paperBound`),
    };
    if (!simulation) return own;
    const value = simulation.shares[position];
    const simulated = estimated(value, `${path}.simulated`);
    const simulatedInterval = intervalOf(value, `${path}.simulatedInterval`);
    return { ...own, simulated, ...(simulatedInterval && { simulatedInterval }) };
  });
  return {
    schema: 1,
    source,
    learningRate,
    batch: batchSize,
    replacement,
    ...growth(prediction.growthRate, ""),
    share,
    gradientDescent: growth(prediction.gradientDescent, "gradientDescent."),
    ...(simulation && { simulation: simulationPart(simulation) }),
    undefined: numbers.undefined,
  };

  function simulationPart({ trajectories, steps, seed, growthRate }: EscapeSimulation) {
    const growthRateInterval = intervalOf(growthRate, "simulation.growthRateInterval");
    return {
      trajectories,
      steps,
      seed,
      growthRate: estimated(growthRate, "simulation.growthRate"),
      ...(growthRateInterval && { growthRateInterval }),
    };
  }
}
