import type { Experiment, Scale } from "../experiment.ts";
import { conclude } from "./conclude.ts";
import { families } from "./families.ts";
import { measure, type OlmTrial } from "./measure.ts";
import { type Sizes, sizes } from "./setting.ts";

/** The experiment at other sizes than its own. */
export function olmAlignmentAt(sizesOf: Record<Scale, Sizes>): Experiment<OlmTrial> {
  return {
    id: "olm-alignment",
    title: "In over-parameterised linear models the number of parameters does not matter",
    claim:
      "For over-parameterised linear models f(x;θ) = F(θ)ᵀx the alignment of noise and geometry does not depend on the degree of over-parameterisation: μ(θ) ≥ 1 − ε holds for every family and every number of parameters p alike [Wang & Wu, arXiv 2310.00692; docs/theory.md §3].",
    trials: (scale) =>
      [...families.keys()].flatMap((family) =>
        Array.from({ length: sizesOf[scale].seeds }, (_, seed) => ({ family, seed })),
      ),
    measure: (trial, context) => measure(trial, context, sizesOf[context.scale]),
    conclude: (rows, scale) => conclude(rows, sizesOf[scale]),
  };
}

export const olmAlignment = olmAlignmentAt(sizes);
