import { type Alignment, lossAlignment } from "../geometry/alignment.ts";
import { momentLossAlignment, momentSummary } from "../geometry/momentGeometry.ts";
import { type JacobianBlock, momentAccumulator, sampleGradients } from "../geometry/moments.ts";
import { type NoiseSummary, noiseSummary } from "../geometry/noise.ts";
import { type GradientNoiseScale, gradientNoiseScale, momentNoiseScale } from "../geometry/noiseScale.ts";
import { pointOf } from "../geometry/point.ts";
import { inUnits, scaledBlocks } from "../geometry/scaledBlocks.ts";
import type { Undefined } from "../geometry/undefined.ts";
import { InputError } from "../inputError.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import type { Linearization } from "../models/linearization.ts";
import { type ReducedProblem, reducedLinearization, reducedProblem } from "./reducedProblem.ts";

/** Largest n·C·p of a Jacobian with fewer parameters than rows, which is held in the eigenbasis: 8 GiB of float64. */
const largestRows = 2 ** 30;

/** The loss around a point to second order, as a linearization knows it, with its noise there. */
export interface QuadraticModel {
  /** G and the curvatures of the samples, in the eigenbasis of G. */
  readonly problem: ReducedProblem;
  readonly summary: NoiseSummary;
  /** μ and μ₁. */
  readonly lossAlignment: Alignment | Undefined;
  readonly noiseScale: GradientNoiseScale | Undefined;
}

/** A linearization that can also be swept in blocks of samples. */
export type Sweepable = Linearization & { blocks?(): AsyncIterable<JacobianBlock> };

/**
 * From the Gram matrix, or where the model can be swept and p < n·C from the Jacobian in the eigenbasis of G, whose moments are
 * those of docs/theory.md §2 in that basis. Throws an InputError where neither fits into memory.
 */
export async function quadraticModel(linearization: Sweepable, kernels: Kernels): Promise<QuadraticModel> {
  const { samples, outputs, parameters, residuals } = linearization;
  const squareLoss = (linearization.loss?.kind ?? "mse") === "mse";
  if (linearization.blocks && squareLoss && parameters < samples * outputs) {
    if (samples * outputs * parameters > largestRows) {
      throw new InputError(
        `Jacobian: expected at most ${largestRows} entries, got ${samples * outputs}×${parameters}; take a random subset of the samples`,
      );
    }
    const problem = await reducedLinearization(linearization, kernels);
    const scaled = scaledBlocks(residuals, async function* () {
      yield { jacobian: problem.rows, residuals };
    });
    const accumulator = momentAccumulator(problem.rank, outputs, kernels);
    for await (const part of scaled.sweep()) accumulator.add(part);
    const moments = accumulator.finish();
    return {
      problem,
      summary: inUnits(momentSummary(moments), scaled),
      lossAlignment: momentLossAlignment(moments, kernels),
      noiseScale: momentNoiseScale(sampleGradients(problem.rows, residuals, outputs)),
    };
  }
  const point = await pointOf(linearization);
  return {
    problem: await reducedProblem(point, kernels),
    summary: noiseSummary(point),
    lossAlignment: lossAlignment(point),
    noiseScale: gradientNoiseScale(point),
  };
}
