import type { Experiment, Scale } from "../experiment.ts";
import { conclude } from "./conclude.ts";
import { type Estimator, minibatches } from "./descent.ts";
import { type CyclicalTrial, measure } from "./measure.ts";
import { parts, type Sizes, sizes, trainingOf } from "./setting.ts";

/** The experiment at other sizes than its own, and with other noise than that of SGD in SGD's place. */
export function cyclicalAt(
  sizesOf: Record<Scale, Sizes>,
  sgd: Estimator = minibatches,
): Experiment<CyclicalTrial> {
  return {
    id: "cyclical",
    title: "Cycles of the learning rate lead SGD, and not GD, to flatter minima",
    claim:
      "From a sharp minimum, SGD whose learning rate cycles ends in a flatter minimum than SGD at the constant small learning rate, at equal loss, number of steps and final learning rate, because in the phases of large learning rate its noise makes it escape along flat directions; GD under the same cycles does not [Wang & Wu, arXiv 2310.00692; docs/theory.md §6].",
    trials: (scale) =>
      parts.flatMap((part) =>
        Array.from({ length: trainingOf(part, sizesOf[scale]).seeds }, (_, seed) => ({ part, seed })),
      ),
    measure: (trial, context) => measure(trial, context, sizesOf[context.scale], sgd),
    conclude: (rows, scale) => conclude(rows, sizesOf[scale]),
  };
}

export const cyclical = cyclicalAt(sizes);
