import type { LossKind } from "../../models/linearization.ts";
import type { TiledGeometry } from "../tiles/gatherTiles.ts";
import { isDefined } from "../undefined.ts";
import { known } from "./blockMean.ts";
import type { EigenDirections } from "./eigenDirections.ts";
import { type GeometryEstimate, pairsOf } from "./geometryEstimate.ts";

/** What tiles of all of K come to, in the form of an estimate that leaves nothing to chance. */
export function exactEstimate(
  { samples, outputs, summary, lossAlignment }: TiledGeometry,
  {
    parameters,
    lossKind,
    eigenDirections,
  }: {
    readonly parameters: number;
    readonly lossKind: LossKind;
    readonly eigenDirections: Omit<EigenDirections, "images">;
  },
): GeometryEstimate {
  return {
    samples,
    outputs,
    parameters,
    lossKind,
    loss: summary.loss,
    gradientNormSquared: summary.gradientNormSquared,
    gaussNewtonFrobenius: known(summary.gaussNewtonFrobenius),
    gaussNewtonTrace: known(summary.gaussNewtonTrace),
    noiseTrace: known(summary.noiseTrace),
    lossAlignment: isDefined(lossAlignment)
      ? { covariance: known(lossAlignment.covariance), secondMoment: known(lossAlignment.secondMoment) }
      : lossAlignment,
    eigenDirections,
    sampling: {
      pairs: pairsOf(samples),
      blocks: 1,
      blockSamples: samples,
      samplesUsed: samples,
      exact: true,
    },
  };
}

/** Where no direction was asked for. */
export const noDirections: Omit<EigenDirections, "images"> = {
  eigenvalues: new Float64Array(0),
  residuals: new Float64Array(0),
  alignments: [],
};
