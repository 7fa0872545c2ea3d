import type { Experiment, Scale } from "../experiment.ts";
import { oneStepModels } from "../oneStepProblems.ts";
import { conclude } from "./conclude.ts";
import { measure, type ProjectionTrial } from "./measure.ts";
import { type Sizes, sizes } from "./setting.ts";

/** The experiment at other sizes than its own. */
export function projectionDynamicsAt(sizesOf: Record<Scale, Sizes>): Experiment<ProjectionTrial> {
  return {
    id: "projection-dynamics",
    title: "Noise moves the parameters most where the loss is sharpest",
    claim:
      "In one step the noise of SGD moves θ within a subspace P by η²c·Tr(PΣ) in mean square, c = 1/B or (n−B)/(B(n−1)), at any η; the directional alignment predicts it as η²c·2L·g(θ;P)·Tr(PG), about what noise Σ = 2L·G does, in the sharpest directions of G as in the flattest and in random ones [Wang & Wu, arXiv 2310.00692; docs/theory.md §4].",
    trials: (scale) =>
      [...oneStepModels.keys()].flatMap((model) =>
        Array.from({ length: sizesOf[scale].seeds }, (_, seed) => ({ model, seed })),
      ),
    measure: (trial, context) => measure(trial, context, sizesOf[context.scale]),
    conclude: (rows, scale) => conclude(rows, sizesOf[scale]),
  };
}

export const projectionDynamics = projectionDynamicsAt(sizes);
