import type { Experiment, Scale } from "../experiment.ts";
import { conclude } from "./conclude.ts";
import { type AlignmentTrial, measure } from "./measure.ts";
import { gradientNoise, type Noise } from "./noise.ts";
import { type Sizes, sizes } from "./setting.ts";

/** The experiment at other sizes than its own, and with another noise covariance in Σ's place. */
export function networkAlignmentAt(
  sizesOf: Record<Scale, Sizes>,
  noise: Noise = gradientNoise,
): Experiment<AlignmentTrial> {
  return {
    id: "network-alignment",
    title: "Networks on real images: the noise is aligned with the Gauss–Newton matrix all along training",
    claim:
      "For networks with scalar outputs on real images μ(θ) is of order 1 along training and the noise of SGD falls in proportion to the curvature, in the sharpest directions of G as in the flat ones, whatever the number of parameters [Wang & Wu, arXiv 2310.00692; docs/theory.md §2].",
    trials: (scale) =>
      sizesOf[scale].cases.flatMap(({ network, data, loss, seeds }) =>
        Array.from({ length: seeds }, (_, seed) => ({ network, data, loss, seed })),
      ),
    measure: (trial, context) => measure(trial, context, sizesOf[context.scale], noise),
    conclude: (rows, scale) => conclude(rows, sizesOf[scale]),
  };
}

export const networkAlignment = networkAlignmentAt(sizes);
