import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Row } from "../experiment.ts";
import { type Sharpness, sharpnessAt, sharpnessNames } from "../minima/sharpness.ts";
import { descendTo } from "../minima/trainedByDescent.ts";
import type { Trained } from "./network.ts";
import { carriedBy, shareRows, squaredDistance } from "./parts.ts";
import { outside, settledAt } from "./setting.ts";
import type { Training } from "./subjects.ts";
import type { Variant } from "./variant.ts";

export interface SettleOptions extends Pick<Variant, "directions"> {
  /** At θ*. */
  readonly sharpness: Sharpness;
  /** As θ* was trained: how a run settles again, in at most `settling` steps. */
  readonly training: Training;
  readonly settling: number;
  readonly stream: RandomStream;
  readonly kernels: Kernels;
}

/**
 * SGD at the small learning rate of the training from `from` on: whether its loss came to 0.1 % of that of f = 0, and if so the
 * sharpness of G over that at θ*, and what part of ‖θ − θ*‖² is along u₁ and what part outside the range of G at θ*.
 */
export async function settledAgain(
  { minimum, start, rough, unit }: Trained,
  from: Float64Array,
  { sharpness, training, settling, stream, kernels, directions }: SettleOptions,
): Promise<Row> {
  const { theta, arrived } = descendTo(rough, from, {
    batchSize: training.batchSize,
    learningRate: training.learningRate,
    loss: settledAt * unit,
    maxSteps: settling,
    stream,
  });
  if (!arrived) return { settled: false };
  const found = await sharpnessAt(minimum.model, theta, kernels);
  const relative = (Object.keys(sharpnessNames) as (keyof typeof sharpnessNames)[]).map(
    (measure) => [measure, found[measure] / sharpness[measure]] as const,
  );
  const squared = squaredDistance(theta, minimum.theta);
  const w = directions(minimum.coordinates(theta));
  const shares = shareRows(carriedBy(minimum.problem.eigenvalues, w, start, squared));
  const shareOf = (group: string) => shares.find((row) => row.group === group)?.displacement ?? null;
  return {
    settled: true,
    ...Object.fromEntries(relative),
    movedSharpest: shareOf("1"),
    movedOutside: shareOf(outside),
  };
}
