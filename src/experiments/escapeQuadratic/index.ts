import type { Experiment, Scale } from "../experiment.ts";
import { conclude } from "./conclude.ts";
import { type EscapeTrial, measure } from "./measure.ts";
import { type Sizes, sizes, spectra } from "./setting.ts";

/** The experiment at other sizes than its own. */
export function escapeQuadraticAt(sizesOf: Record<Scale, Sizes>): Experiment<EscapeTrial> {
  return {
    id: "escape-quadratic",
    title: "SGD leaves a sharp minimum along flat directions too, GD along the sharpest alone",
    claim:
      "Near a global minimum SGD with batches of one sample and η = β/‖G‖_F, β > 1, escapes exponentially fast, and after a few steps the flat directions carry at least about Σ_{i>k}λ_i²/Σ_{i≤k}λ_i² times the loss of the k sharpest, D_k(t); GD with η > 2/λ₁ leaves along the sharpest direction, D_1(t) → 0 exponentially [Wang & Wu, arXiv 2310.00692; docs/theory.md §5].",
    trials: (scale) =>
      [...spectra(sizesOf[scale]).keys()].flatMap((spectrum) =>
        Array.from({ length: sizesOf[scale].seeds }, (_, seed) => ({ spectrum, seed })),
      ),
    measure: (trial, context) => measure(trial, context, sizesOf[context.scale]),
    conclude: (rows, scale) => conclude(rows, sizesOf[scale]),
  };
}

export const escapeQuadratic = escapeQuadraticAt(sizes);
