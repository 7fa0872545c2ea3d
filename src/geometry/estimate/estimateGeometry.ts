import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { SampledGramLinearization } from "../../models/linearization.ts";
import type { RandomStream } from "../../random/stream.ts";
import { noLoss } from "../loss.ts";
import { blockwiseGeometry } from "../tiles/blockwise.ts";
import { tileSide } from "../tiles/tilePairs.ts";
import { zeroGaussNewton } from "../undefined.ts";
import { blockGrams, blockSize } from "./blockGrams.ts";
import { type BlockEstimate, blockRatio, skewedMean } from "./blockMean.ts";
import { lossDraws } from "./draws.ts";
import { eigenDirections } from "./eigenDirections.ts";
import { exactEstimate } from "./exactEstimate.ts";
import { type GeometryEstimate, pairsOf } from "./geometryEstimate.ts";
import { knownPart } from "./knownPart.ts";
import type { PairSums } from "./pairSums.ts";
import { sampledPairs, samplingPlan } from "./sampledPairs.ts";
import { type ExactPart, exactPart, residualPoint } from "./sweeps.ts";

/** How many pairs of samples `estimateGeometry` takes, and along which directions it looks. */
export interface EstimateOptions {
  readonly kernels: Kernels;
  /** Of the draws, and of starting vectors for the eigen-directions. */
  readonly stream: RandomStream;
  /** Index pairs (i,j) to evaluate, each a C×C block of K: a whole number, at least `fewestPairs`, or all there are. */
  readonly pairs: number;
  /** Eigen-directions of G; 0 by default. What they carry of K is then known and not sampled. */
  readonly top?: number | undefined;
  /** Where all pairs are taken: a whole number of samples a side of the tiles, at least 1; memory grows with its square. 2,048/C by default. */
  readonly side?: number | undefined;
  /** Looked at before each product and between blocks or tiles; when it is aborted, its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Of the eigen-directions, before each product: how far they are, 0 to 1. Otherwise as `onProgress`. */
  readonly onDirections?: ((fraction: number) => void | Promise<void>) | undefined;
  /** Of the pairs: the fraction taken. What it throws ends the work; a promise is waited for. */
  readonly onProgress?: ((fraction: number) => void | Promise<void>) | undefined;
}

/** Fewer pairs leave too few samples a block for intervals to hold what they promise. */
export const fewestPairs = 5000;

/**
 * Unbiased estimates of ‖G‖_F², Tr(ΣG), Tr G and Tr Σ from blocks of samples drawn independently, and μ as their ratio
 * (docs/theory.md §7), with 95 % intervals over the draws: of the exact numbers for these n samples. L, ∇L and ∇LᵀG∇L take one
 * sweep each and are exact. Takes all pairs, tile by tile, where `pairs` is at least as many as there are; nothing is estimated
 * then. Memory grows with n·C and p, never with (n·C)². Throws a RangeError on fewer than `fewestPairs` of more pairs, on a
 * `top` that is not a whole number of at least 0, on a `side` in use that is not one of at least 1, on residuals that are not
 * samples × outputs, and where these, K or a product for the eigen-directions is not finite.
 */
export async function estimateGeometry(
  linearization: SampledGramLinearization,
  options: EstimateOptions,
): Promise<GeometryEstimate> {
  const { samples: n, outputs, parameters } = linearization;
  const { kernels, stream, pairs, top = 0, signal } = options;
  const whole = pairs >= pairsOf(n);
  if (!whole && !(Number.isInteger(pairs) && pairs >= fewestPairs)) {
    throw new RangeError(
      `pairs: expected at least ${Math.min(fewestPairs, pairsOf(n))} for ${n} samples, got ${pairs}`,
    );
  }
  const { side = tileSide(outputs) } = options;
  if (whole && !(Number.isSafeInteger(side) && side >= 1)) {
    throw new RangeError(`side: expected a whole number of at least 1, got ${side}`);
  }
  const found = await eigenDirections(linearization, residualPoint(linearization), top, {
    kernels,
    stream: stream.split("eigen-directions"),
    signal,
    onProgress: options.onDirections,
  });
  const { images, ...directions } = found;
  const lossKind = linearization.loss?.kind ?? "mse";
  if (whole) {
    const tiled = await blockwiseGeometry(linearization, side, (fraction) => {
      signal?.throwIfAborted();
      return options.onProgress?.(fraction);
    });
    return exactEstimate(tiled, { parameters, lossKind, eigenDirections: directions });
  }
  const exact = await exactPart(linearization);
  signal?.throwIfAborted();
  const draw = lossDraws(linearization);
  const probe = draw(Math.min(n, blockSize(outputs)), stream.split("scale"));
  const grams = await blockGrams(linearization, exact, probe.samples);
  const plan = samplingPlan(pairs, outputs);
  const carried = images.columns > 0 ? knownPart(images, exact, grams.gramScale, kernels) : undefined;
  const { sums, samplesUsed } = await sampledPairs(plan, draw, grams, carried, n, {
    ...options,
    stream: stream.split("blocks"),
  });
  return {
    samples: n,
    outputs,
    parameters,
    lossKind,
    ...conclusions(sums, exact, grams.gramScale),
    eigenDirections: directions,
    sampling: { ...plan, samplesUsed, exact: false },
  };
}

/** The numbers in their own units. */
function conclusions(sums: readonly PairSums[], exact: ExactPart, gramScale: number) {
  const { residualScale } = exact.point;
  const noiseScale = gramScale * residualScale * residualScale;
  const of = (name: keyof PairSums) => sums.map((sum) => sum[name]);
  return {
    loss: ((residualScale * exact.doubledLoss) / 2) * residualScale,
    gradientNormSquared: exact.gradientNormSquared * residualScale * residualScale,
    gaussNewtonFrobenius: times(gramScale, squareRoot(positiveMean(of("frobeniusSquared")))),
    gaussNewtonTrace: times(gramScale, positiveMean(of("trace"))),
    noiseTrace: times(noiseScale, positiveMean(of("noiseTrace"))),
    lossAlignment: lossAlignment(sums, exact, gramScale),
  };
}

function lossAlignment(
  sums: readonly PairSums[],
  { point, doubledLoss, alignedGradient }: ExactPart,
  gramScale: number,
): GeometryEstimate["lossAlignment"] {
  if (doubledLoss === 0) return noLoss(point);
  const geometry = sums.map(({ frobeniusSquared }) => frobeniusSquared);
  const total = geometry.reduce((sum, value) => sum + value, 0);
  if (total === 0) return zeroGaussNewton;
  if (!(total > 0))
    return { undefined: "the sampled pairs leave ‖G‖_F² uncertain beyond its size: take more" };
  const aligned = sums.map(({ alignedTrace }) => alignedTrace);
  const ratio = (shift: number) => times(1 / doubledLoss, blockRatio(aligned, geometry, shift));
  return { covariance: ratio(0), secondMoment: ratio(alignedGradient / gramScale / gramScale) };
}

/** Of a quantity that is at least 0. */
function positiveMean(values: readonly number[]): BlockEstimate {
  const { value, standardError, interval } = skewedMean(values);
  return {
    value: Math.max(value, 0),
    standardError,
    interval: { ...interval, low: Math.max(interval.low, 0) },
  };
}

/** Of x ≥ 0 from x²; its standard error to first order. */
function squareRoot({ value, standardError, interval }: BlockEstimate): BlockEstimate {
  const root = Math.sqrt(value);
  return {
    value: root,
    standardError: standardError === 0 ? 0 : standardError / (2 * root),
    interval: { low: Math.sqrt(interval.low), high: Math.sqrt(interval.high) },
  };
}

function times(factor: number, { value, standardError, interval }: BlockEstimate): BlockEstimate {
  // a factor beyond the range of float64 leaves 0 what it is
  const scaled = (x: number) => (x === 0 ? 0 : x * factor);
  return {
    value: scaled(value),
    standardError: scaled(standardError),
    interval: { low: scaled(interval.low), high: scaled(interval.high) },
  };
}
