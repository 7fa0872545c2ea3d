import type { Experiment, Scale } from "../experiment.ts";
import { conclude } from "./conclude.ts";
import { type DirectionalTrial, measure } from "./measure.ts";
import { modelClasses } from "./modelClasses.ts";
import { designs, type Sizes, sizes } from "./setting.ts";

/** The experiment at other sizes than its own. */
export function directionalAlignmentAt(sizesOf: Record<Scale, Sizes>): Experiment<DirectionalTrial> {
  return {
    id: "directional-alignment",
    title: "With enough samples the noise aligns in every direction",
    claim:
      "Once n ≳ d log d the noise aligns with the geometry in every direction: g(θ;v) ≥ 1 − ε along every eigenvector of the Gauss–Newton matrix, for linear, over-parameterised linear and two-layer models [Wang & Wu, arXiv 2310.00692; docs/theory.md §2–3].",
    trials: (scale) =>
      [...modelClasses.keys()].flatMap((model) =>
        [...designs(sizesOf[scale].dimension).keys()].flatMap((inputs) =>
          Array.from({ length: sizesOf[scale].seeds }, (_, seed) => ({ model, inputs, seed })),
        ),
      ),
    measure: (trial, context) => measure(trial, context, sizesOf[context.scale]),
    conclude: (rows, scale) => conclude(rows, sizesOf[scale]),
  };
}

export const directionalAlignment = directionalAlignmentAt(sizes);
