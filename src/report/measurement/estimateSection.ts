import type { BlockEstimate } from "../../geometry/estimate/blockMean.ts";
import type { GeometryEstimate } from "../../geometry/estimate/geometryEstimate.ts";
import { isDefined } from "../../geometry/undefined.ts";

/** `estimate` in the document of `noisegeo measure --estimate` (docs/contract.md): how the numbers above were sampled. */
export interface EstimateSection {
  /** Index pairs evaluated. */
  readonly pairs: number;
  /** Independent blocks, each of all pairs of `blockSamples` draws. */
  readonly blocks: number;
  readonly blockSamples: number;
  /** Different samples drawn. */
  readonly samplesUsed: number;
  /** Every pair was taken: the numbers are exact. */
  readonly exact: boolean;
  readonly seed: number;
  /** By the path of the number; what is not listed is exact. */
  readonly standardErrors: Readonly<Record<string, number>>;
  /** 95 %, likewise. */
  readonly intervals: Readonly<Record<string, readonly [number, number]>>;
  /** ‖Gv_k − λ_kv_k‖ of `gaussNewton.eigenvalues`: some eigenvalue lies within it. */
  readonly eigenvalueResiduals: readonly number[];
}

export function estimateSection(estimate: GeometryEstimate, seed: number): EstimateSection {
  const { lossAlignment } = estimate;
  const sampled: [path: string, BlockEstimate][] = [
    ...(isDefined(lossAlignment)
      ? ([
          ["lossAlignment.covariance", lossAlignment.covariance],
          ["lossAlignment.secondMoment", lossAlignment.secondMoment],
        ] as [string, BlockEstimate][])
      : []),
    ["gaussNewton.frobenius", estimate.gaussNewtonFrobenius],
    ["gaussNewton.trace", estimate.gaussNewtonTrace],
    ["noise.trace", estimate.noiseTrace],
  ];
  const each = <T>(pick: (value: BlockEstimate) => T) =>
    Object.fromEntries(sampled.map(([path, value]) => [path, pick(value)]));
  return {
    ...estimate.sampling,
    seed,
    standardErrors: each(({ standardError }) => standardError),
    intervals: each(({ interval }) => [interval.low, interval.high] as const),
    eigenvalueResiduals: Array.from(estimate.eigenDirections.residuals),
  };
}

/** What needs all of K, or was not asked for. */
export function missingFromEstimate({ eigenDirections }: GeometryEstimate): Record<string, string> {
  const { length } = eigenDirections.eigenvalues;
  const reason =
    length === 0
      ? "with --estimate only the eigen-directions asked for are found: give --top K, which takes many sweeps over the samples"
      : `--top asked for ${length}: the whole spectrum needs the Gram matrix of all samples`;
  return { "gaussNewton.eigenvalues": reason };
}
