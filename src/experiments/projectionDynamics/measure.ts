import { batchNoise } from "../../dynamics/batchNoise.ts";
import {
  expectedDisplacement,
  gradientComponents,
  measureProjection,
  predictProjection,
} from "../../dynamics/projectionLaw.ts";
import { noiseSummary } from "../../geometry/noise.ts";
import type { RandomStream } from "../../random/stream.ts";
import { drawsOf } from "../batchDraws.ts";
import type { Row, TrialContext } from "../experiment.ts";
import { type OneStepProblem, oneStepProblems } from "../oneStepProblems.ts";
import { drawOfDirections, rate, type Sizes } from "./setting.ts";
import { type Subspace, subspacesAt } from "./subspaces.ts";

export interface ProjectionTrial extends Record<string, number | string> {
  model: string;
  seed: number;
}

/** The displacement by noise, measured and predicted, in subspaces and along single eigen-directions, at every θ of a model. */
export async function measure(
  { model: name }: ProjectionTrial,
  { kernels, stream }: TrialContext,
  size: Sizes,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const problem of await oneStepProblems(name, size, { stream, kernels })) {
    const own = stream.split(problem.theta);
    const subspaces = await subspacesAt(problem, size.subspace, own.split("random"), kernels);
    for (const [index, subspace] of subspaces.entries()) {
      rows.push(...displacements(problem, subspace, size, own.split("batches", index)));
    }
  }
  return rows;
}

/** One row a draw of batches; a single direction has one draw. */
function displacements(
  { theta, model, linearization, point, spectrum }: OneStepProblem,
  { images, ...subspace }: Subspace,
  size: Sizes,
  stream: RandomStream,
): readonly Row[] {
  const { loss, noiseTrace } = noiseSummary(point);
  const learningRate = rate / spectrum.eigenvalues[0];
  const components = gradientComponents(linearization, images);
  const draws = subspace.position === null ? drawsOf(size.batchSizes) : [drawOfDirections(size)];
  return draws.map((draw) => {
    const step = { ...draw, learningRate };
    const { mean, low, high } = measureProjection(linearization, images, {
      ...step,
      batches: size.batches,
      stream: stream.split(draw.batchSize, String(draw.replacement)),
    });
    const share = images.columns / model.parameters;
    return {
      theta,
      ...subspace,
      ...draw,
      // η²·2L·λ₁
      unit: 2 * loss * learningRate * rate,
      measured: mean,
      low,
      high,
      exact: expectedDisplacement(components, step),
      ...predictProjection(point, images, step),
      isotropic: learningRate ** 2 * batchNoise(model.samples, draw) * noiseTrace * share,
    };
  });
}
