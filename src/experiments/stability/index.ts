import type { Experiment, Scale } from "../experiment.ts";
import { conclude } from "./conclude.ts";
import { measure, type StabilityTrial } from "./measure.ts";
import { type Sizes, sizes } from "./setting.ts";
import { subjects } from "./subjects.ts";

/** The experiment at other sizes than its own. */
export function stabilityAt(sizesOf: Record<Scale, Sizes>): Experiment<StabilityTrial> {
  return {
    id: "stability",
    title: "SGD leaves a minimum in mean square just above η*",
    claim:
      "Near an interpolating minimum E‖w‖² of SGD shrinks for learning rates below the exact threshold η*(B) and grows above it, for linear models and for a trained network, with and without replacement; η* lies below 2/λ₁ of GD and every bound from alignment or a single direction [Mulayoff & Michaeli, COLT 2024; Wang, Wu & Su, NeurIPS 2022; docs/theory.md §5].",
    trials: (scale) =>
      [...subjects.keys()].flatMap((model) =>
        Array.from({ length: sizesOf[scale].seeds }, (_, seed) => ({ model, seed })),
      ),
    measure: (trial, context) => measure(trial, context, sizesOf[context.scale]),
    conclude: (rows, scale) => conclude(rows, sizesOf[scale]),
  };
}

export const stability = stabilityAt(sizes);
