import type { Experiment, Scale } from "../experiment.ts";
import { conclude } from "./conclude.ts";
import { type HessianTrial, measure } from "./measure.ts";
import { type Sizes, sizes } from "./setting.ts";
import { genuine, type Variant } from "./variant.ts";

/** The experiment at other sizes than its own, and with something else in the place of Σ or of H. */
export function noiseAgainstHessianAt(
  sizesOf: Record<Scale, Sizes>,
  variant: Variant = genuine,
): Experiment<HessianTrial> {
  return {
    id: "noise-against-hessian",
    title: "Σ against G and the exact Hessian: the two agree once the loss is low, not at the initialisation",
    claim:
      "Where the loss is low the Hessian of a network is its Gauss–Newton matrix, H ≈ G, so that what holds of Σ against G holds against H: μ, and the noise along the sharpest directions; at the initialisation it is not [Wang & Wu, arXiv 2310.00692; docs/theory.md §1].",
    trials: (scale) =>
      sizesOf[scale].cases.flatMap(({ network, targets, seeds }) =>
        Array.from({ length: seeds }, (_, seed) => ({ network, targets, seed })),
      ),
    measure: (trial, context) => measure(trial, context, sizesOf[context.scale], variant),
    conclude: (rows, scale) => conclude(rows, sizesOf[scale]),
  };
}

export const noiseAgainstHessian = noiseAgainstHessianAt(sizes);
