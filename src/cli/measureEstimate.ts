/** `noisegeo measure --estimate`: the same numbers from pairs of samples, where the Gram matrix of all would be too large. */
import { setImmediate } from "node:timers/promises";
import {
  type EstimateOptions,
  estimateGeometry,
  fewestPairs,
} from "../geometry/estimate/estimateGeometry.ts";
import { type GeometryEstimate, pairsOf } from "../geometry/estimate/geometryEstimate.ts";
import { isDefined, type Undefined } from "../geometry/undefined.ts";
import { InputError } from "../inputError.ts";
import type { SampledGramLinearization } from "../models/linearization.ts";
import { defaultSeed } from "../random/defaultSeed.ts";
import { createStream } from "../random/index.ts";
import type { MeasuredPoint } from "../report/measurement/measuredPoint.ts";
import type { Progress } from "./progress.ts";

const needsGram: Undefined = {
  undefined: "it needs the Gram matrix of all samples; measure fewer of them without --estimate",
};

/** Throws an InputError on options that need all of K. */
export function refuseWithEstimate({
  estimate,
  certificate,
  stability,
}: {
  readonly estimate?: number;
  readonly certificate?: boolean;
  readonly stability?: readonly number[];
}): void {
  if (estimate === undefined) return;
  const option = certificate ? "--certificate" : stability ? "--stability" : undefined;
  if (option === undefined) return;
  throw new InputError(
    `${option}: expected without --estimate, got both: it needs the Gram matrix of all samples; leave one out, or measure fewer samples (--samples)`,
  );
}

/** Throws an InputError on too few pairs for intervals. */
export async function estimatedPoint(
  linearization: SampledGramLinearization,
  pairs: number,
  options: Pick<EstimateOptions, "kernels" | "top" | "signal" | "side"> & {
    readonly seed?: number;
    readonly startProgress: (label: string) => Progress;
  },
): Promise<MeasuredPoint> {
  const least = Math.min(fewestPairs, pairsOf(linearization.samples));
  if (pairs < least) {
    throw new InputError(
      `--estimate: expected at least ${least} pairs, fewer leave intervals that miss too often, got ${pairs}; give more`,
    );
  }
  const { kernels, top, side, signal, seed = defaultSeed } = options;
  const progress = stages(options.startProgress, signal);
  try {
    const estimate = await estimateGeometry(linearization, {
      kernels,
      top,
      side,
      signal,
      pairs,
      stream: createStream(seed).split("estimate"),
      onDirections: progress.of("finding eigen-directions"),
      onProgress: progress.of("sampling pairs"),
    });
    return asMeasurement(estimate);
  } finally {
    progress.finish();
  }
}

/** One bar after the other, each with a forecast of its own that begins where the stage does. */
function stages(startProgress: (label: string) => Progress, signal: AbortSignal | undefined) {
  let current: { readonly label: string; readonly progress: Progress } | undefined;
  return {
    of: (label: string) => async (fraction: number) => {
      // lets an interrupt be noticed
      await setImmediate();
      signal?.throwIfAborted();
      if (current?.label !== label) {
        current?.progress.finish();
        current = { label, progress: startProgress(label) };
      }
      current.progress.update(fraction);
    },
    finish: () => current?.progress.finish(),
  };
}

/** An estimate in the form of a measurement. */
export function asMeasurement(estimate: GeometryEstimate): MeasuredPoint {
  const { lossAlignment, eigenDirections, samples, outputs, parameters, lossKind } = estimate;
  return {
    samples,
    outputs,
    parameters,
    lossKind,
    summary: {
      loss: estimate.loss,
      gradientNormSquared: estimate.gradientNormSquared,
      gaussNewtonFrobenius: estimate.gaussNewtonFrobenius.value,
      gaussNewtonTrace: estimate.gaussNewtonTrace.value,
      noiseTrace: estimate.noiseTrace.value,
    },
    lossAlignment: isDefined(lossAlignment)
      ? { covariance: lossAlignment.covariance.value, secondMoment: lossAlignment.secondMoment.value }
      : lossAlignment,
    intervals: isDefined(lossAlignment)
      ? { covariance: lossAlignment.covariance.interval, secondMoment: lossAlignment.secondMoment.interval }
      : lossAlignment,
    spectrum: eigenDirections,
    decoupling: needsGram,
    decouplingPerOutput: needsGram,
    estimate,
  };
}
