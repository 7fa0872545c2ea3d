/**
 * What η and B in use come to at a point: how far from instability, how SGD would leave, and how far the answers can be
 * trusted.
 */
import { type HessianDistance, hessianDistance } from "../geometry/hessianDistance.ts";
import { isDefined, squareLossOnly, type Undefined, zeroGaussNewton } from "../geometry/undefined.ts";
import { InputError } from "../inputError.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import { column } from "../linalg/matrix.ts";
import { norm } from "../linalg/orthonormalBasis.ts";
import type { HessianLinearization, Linearization, LossKind } from "../models/linearization.ts";
import type { RandomStream } from "../random/stream.ts";
import { type EscapeDirections, escapeDirections } from "./escapeDirections.ts";
import { gradientDescentBatch } from "./gradientDescentBatch.ts";
import { type GrowthRate, growthRate } from "./growthRate.ts";
import { type Interpolation, interpolation } from "./interpolation.ts";
import type { SpectralOptions } from "./leadingMatrix.ts";
import { paperBound } from "./lossShares.ts";
import { type QuadraticModel, quadraticModel, type Sweepable } from "./quadraticModel.ts";
import type { ReducedProblem } from "./reducedProblem.ts";
import type { SgdStep } from "./secondMoment.ts";
import { gradientDescentThreshold, type StabilityThreshold, stabilityThreshold } from "./stability.ts";
import { alignmentBound } from "./stabilityBounds.ts";

/** By how much η is raised over its threshold to see how SGD leaves. */
export const raisedBy = 1.5;
/** The k of D_k. */
export const sharpestCounts = [1, 5, 10] as const;

/** The step in use, and what `advise` computes with. */
export interface AdviceOptions {
  readonly kernels: Kernels;
  /** Of the starting vectors and probes for the Hessian. */
  readonly stream: RandomStream;
  /** η and B in use. */
  readonly step: SgdStep;
  /** n·C numbers as the loss wants them, where they are known: they say how low the loss is. */
  readonly targets?: Float64Array | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with a rough fraction of the work after the Gram matrix and what is being done; waited for. */
  readonly onProgress?: ((fraction: number, note: string) => void | Promise<void>) | undefined;
}

/** The largest stable learning rate and the alignment bound at one batch size, both learning rates. docs/theory.md §4, §5. */
export interface StabilityAt {
  readonly batchSize: number;
  readonly threshold: StabilityThreshold | Undefined;
  /** Undefined for cross-entropy. */
  readonly alignmentBound: number | Undefined;
}

/** Where η and B in use stand at this point, and what of it is undefined, with reasons (docs/advise.md). */
export interface Advice extends QuadraticModel {
  /** n */
  readonly samples: number;
  /** C */
  readonly outputs: number;
  /** p */
  readonly parameters: number;
  readonly lossKind: LossKind;
  readonly step: SgdStep;
  /** 2/λ₁. */
  readonly gradientDescentLimit: number | Undefined;
  /** For B = 1, 2, 4, …, n and the batch size in use, ascending. */
  readonly curve: readonly StabilityAt[];
  /** That of the batch size in use. */
  readonly inUse: StabilityAt;
  /** The smallest batch size with η* within 1 % of 2/λ₁. */
  readonly gradientDescentBatch: number | Undefined;
  /** At η and B in use. */
  readonly growth: GrowthRate | Undefined;
  /** At η raised to 1.5·η*, or at the η in use where that is more. */
  readonly raised: EscapeDirections | Undefined;
  /** GD at 1.5·2/λ₁. */
  readonly gradientDescentRaised: EscapeDirections | Undefined;
  /** `paperBound` for k = 1, 5, 10, as in the `flatOverSharp` of `raised`. */
  readonly paperBounds: readonly (number | Undefined)[];
  /** Of a model with second derivatives. */
  readonly hessian: HessianDistance | Undefined;
  readonly interpolation: Interpolation;
}

/**
 * Where a learning rate and a batch size stand at this θ: η* over all batch sizes, growth and direction of escape, and what
 * says whether the quadratic model holds (docs/theory.md §5, §10; docs/advise.md).
 *
 * Throws a RangeError on a step that makes no sense, so on a learning rate that is not above 0 or not finite, and as `pointOf`
 * does, an InputError on a learning rate not below 1e140/λ₁ and where a Jacobian to be swept is too large for memory, and the
 * signal's reason.
 */
export async function advise(
  linearization: Sweepable | HessianLinearization,
  options: AdviceOptions,
): Promise<Advice> {
  const { kernels, signal, step } = options;
  const { samples, outputs, parameters, residuals } = linearization;
  if (!(step.learningRate > 0 && step.learningRate < Infinity)) {
    throw new RangeError(`learningRate: expected a finite number above 0, got ${step.learningRate}`);
  }
  const lossKind = linearization.loss?.kind ?? "mse";
  const spectral = { kernels, signal };
  const model = await quadraticModel(linearization, kernels);
  const { problem } = model;
  requireModerate(step, problem);

  const curve: StabilityAt[] = [];
  const sizes = batchSizes(samples, step.batchSize);
  for (const [k, batchSize] of sizes.entries()) {
    await options.onProgress?.((0.4 * k) / sizes.length, `threshold for batches of ${batchSize}`);
    const draw = { ...step, batchSize };
    curve.push({
      batchSize,
      threshold: await stabilityThreshold(problem, draw, spectral),
      alignmentBound:
        lossKind === "mse" ? alignmentBound(problem, draw, model.lossAlignment) : squareLossOnly,
    });
  }
  const inUse = curve.find(({ batchSize }) => batchSize === step.batchSize) as StabilityAt;
  await options.onProgress?.(0.4, "batch size of gradient descent");
  const likeGradientDescent = await gradientDescentBatch(problem, step.replacement, spectral);
  await options.onProgress?.(0.5, "growth");
  const limit = gradientDescentThreshold(problem);
  const growth = await growthRate(problem, step, spectral);
  const escapes = await bothEscapes(problem, step, inUse.threshold, limit, spectral);
  const hessian = await hessianOf(linearization, problem, options);
  return {
    ...model,
    samples,
    outputs,
    parameters,
    lossKind,
    step,
    gradientDescentLimit: limit,
    curve,
    inUse,
    gradientDescentBatch: likeGradientDescent,
    growth,
    ...escapes,
    paperBounds: sharpestCounts.map((k) => paperBound(problem.eigenvalues, k)),
    hessian,
    interpolation: interpolation(problem, { residuals, lossKind, targets: options.targets }),
  };
}

/** As much as `growthRate` takes. */
function requireModerate({ learningRate }: SgdStep, { eigenvalues }: ReducedProblem): void {
  if (learningRate * (eigenvalues[0] ?? 0) < 1e140) return;
  throw new InputError(
    `learning rate: expected less than 1e140/λ₁, where λ₁ = ${eigenvalues[0]}, got ${learningRate}; give a smaller one`,
  );
}

/** 1, 2, 4, … below n, then n, and the one in use, ascending. */
function batchSizes(samples: number, inUse: number): number[] {
  const sizes = new Set([samples, inUse]);
  for (let size = 1; size < samples; size *= 2) sizes.add(size);
  return [...sizes].sort((a, b) => a - b);
}

async function bothEscapes(
  problem: ReducedProblem,
  step: SgdStep,
  threshold: StabilityThreshold | Undefined,
  limit: number | Undefined,
  options: SpectralOptions,
): Promise<Pick<Advice, "raised" | "gradientDescentRaised">> {
  const at = (higher: SgdStep) => escapeDirections(problem, higher, sharpestCounts, options);
  return {
    raised: isDefined(threshold)
      ? await at({ ...step, learningRate: Math.max(step.learningRate, raisedBy * threshold.value) })
      : threshold,
    gradientDescentRaised: isDefined(limit)
      ? await at({ batchSize: problem.samples, replacement: false, learningRate: raisedBy * limit })
      : limit,
  };
}

const noSecondDerivatives: Undefined = {
  undefined: "a Jacobian says nothing of second derivatives; give the network itself to have H measured",
};

async function hessianOf(
  linearization: Linearization | HessianLinearization,
  problem: ReducedProblem,
  { kernels, stream, signal, onProgress }: AdviceOptions,
): Promise<HessianDistance | Undefined> {
  if (!("hvp" in linearization)) return noSecondDerivatives;
  if (problem.rank === 0) return zeroGaussNewton;
  // v₁ ∝ Jᵀu₁, and u₁ is the first column of X up to its length
  const direction = await linearization.vjp(scaled(column(problem.rows, 0)));
  return hessianDistance(linearization, scaled(direction), {
    kernels,
    stream,
    signal,
    // how many it takes is not known before
    onProgress: (products) => onProgress?.(1 - 0.3 * 0.97 ** products, "distance of the Hessian"),
  });
}

/** v/‖v‖. */
function scaled(v: Float64Array): Float64Array {
  const length = norm(v);
  return v.map((value) => value / length);
}
