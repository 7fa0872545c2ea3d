import type { Experiment, Scale } from "../experiment.ts";
import { oneStepModels } from "../oneStepProblems.ts";
import { conclude } from "./conclude.ts";
import { type LossDynamicsTrial, measure } from "./measure.ts";
import { type Sizes, sizes } from "./setting.ts";

/** The experiment at other sizes than its own. */
export function lossDynamicsAt(sizesOf: Record<Scale, Sizes>): Experiment<LossDynamicsTrial> {
  return {
    id: "loss-dynamics",
    title: "Noise raises the loss as its alignment says",
    claim:
      "In one step the noise of SGD raises the loss by (η²c/2)·Tr(HΣ), c = 1/B or (n−B)/(B(n−1)), exactly where the loss is quadratic and as η → 0 elsewhere; the loss alignment predicts it as η²c·μ·L‖G‖_F², about what noise Σ = 2L·G does [Wang & Wu, arXiv 2310.00692; docs/theory.md §4].",
    trials: (scale) =>
      [...oneStepModels.keys()].flatMap((model) =>
        Array.from({ length: sizesOf[scale].seeds }, (_, seed) => ({ model, seed })),
      ),
    measure: (trial, context) => measure(trial, context, sizesOf[context.scale]),
    conclude: (rows, scale) => conclude(rows, sizesOf[scale]),
  };
}

export const lossDynamics = lossDynamicsAt(sizes);
