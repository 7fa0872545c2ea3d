import type { Experiment, Scale } from "../experiment.ts";
import { conclude } from "./conclude.ts";
import { type EscapeTrial, measure } from "./measure.ts";
import { networks } from "./networks.ts";
import { type Sizes, sizes } from "./setting.ts";

/** The experiment at other sizes than its own. */
export function escapeNetworkAt(sizesOf: Record<Scale, Sizes>): Experiment<EscapeTrial> {
  return {
    id: "escape-network",
    title: "Trained networks leave a minimum as first order says, SGD along flatter directions than GD",
    claim:
      "From a minimum without residuals a network under SGD with η above η* leaves exponentially fast, and not along the sharpest direction alone, D_1 ≳ Σ_{i>1}λ_i²/λ₁², where GD above 2/λ₁ leaves along u₁; growth and directions of the first steps are those of the linearised problem [Wang & Wu, arXiv 2310.00692; docs/theory.md §5].",
    trials: (scale) =>
      [...networks.keys()].flatMap((model) =>
        Array.from({ length: sizesOf[scale].seeds }, (_, seed) => ({ model, seed })),
      ),
    measure: (trial, context) => measure(trial, context, sizesOf[context.scale]),
    conclude: (rows, scale) => conclude(rows, sizesOf[scale]),
  };
}

export const escapeNetwork = escapeNetworkAt(sizes);
