import type { Experiment, Scale } from "../experiment.ts";
import { conclude } from "./conclude.ts";
import { measure, type TwoLayerTrial } from "./measure.ts";
import { activations, type Sizes, sizes } from "./setting.ts";

/** The experiment at other sizes than its own. */
export function twoLayerAlignmentAt(sizesOf: Record<Scale, Sizes>): Experiment<TwoLayerTrial> {
  return {
    id: "two-layer-alignment",
    title: "In two-layer networks the bound depends on the slopes, not on the width",
    claim:
      "For two-layer networks f = Σ_j a_j σ(b_jᵀx) with a fixed and slopes of σ in [α,β], α > 0, the lower bound on μ(θ) degrades with α/β alone and not with the width m or the number of parameters [Wang & Wu, arXiv 2310.00692; docs/theory.md §3 (b)].",
    trials: (scale) =>
      [...activations.keys()].flatMap((activation) =>
        Array.from({ length: sizesOf[scale].seeds }, (_, seed) => ({ activation, seed })),
      ),
    measure: (trial, context) => measure(trial, context, sizesOf[context.scale]),
    conclude: (rows, scale) => conclude(rows, sizesOf[scale]),
  };
}

export const twoLayerAlignment = twoLayerAlignmentAt(sizes);
