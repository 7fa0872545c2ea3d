import type { Experiment, Scale } from "../experiment.ts";
import { conclude } from "./conclude.ts";
import { type Driving, stochastic } from "./drivers.ts";
import { type CyclicalRealTrial, measure } from "./measure.ts";
import { type Sizes, sizes } from "./setting.ts";

/** The experiment at other sizes than its own, and with something else in SGD's place. */
export function cyclicalRealAt(
  sizesOf: Record<Scale, Sizes>,
  sgd: Driving = stochastic,
): Experiment<CyclicalRealTrial> {
  return {
    id: "cyclical-real",
    title:
      "Along cycles of the learning rate SGD trains a convolutional network to a flatter place, GD does not",
    claim:
      "Trained on real images from its initialisation, a convolutional network under SGD whose learning rate is large in cycles comes to a flatter place than at the constant small learning rate, at no higher loss, equal number of steps and equal final learning rate; the first cycle does it, and GD under the same cycles does not [Wang & Wu, arXiv 2310.00692; docs/theory.md §6].",
    trials: (scale) =>
      sizesOf[scale].flatMap(({ name, seeds }) =>
        Array.from({ length: seeds }, (_, seed) => ({ subject: name, seed })),
      ),
    measure: (trial, context) => measure(trial, context, sizesOf[context.scale], sgd),
    conclude: (rows, scale) => conclude(rows, sizesOf[scale]),
  };
}

export const cyclicalReal = cyclicalRealAt(sizes);
