import type { Experiment, Scale } from "../experiment.ts";
import { conclude } from "./conclude.ts";
import { type EscapeRealTrial, measure } from "./measure.ts";
import { type Sizes, sizes } from "./setting.ts";
import { genuine, type Variant } from "./variant.ts";

/** The experiment at other sizes than its own, and with something else in the place of SGD or of the eigenvectors. */
export function escapeRealAt(
  sizesOf: Record<Scale, Sizes>,
  variant: Variant = genuine,
): Experiment<EscapeRealTrial> {
  return {
    id: "escape-real",
    title:
      "From a minimum that training found, SGD leaves along flat directions for a flatter one, GD along the sharpest",
    claim:
      "A convolutional network that SGD trained on real images leaves its minimum once η is raised, exponentially fast: GD above 2/λ₁ along the sharpest direction alone, D_1(t) → 0, SGD above η* along flatter ones, D_k ≳ Σ_{i>k}λ_i²/Σ_{i≤k}λ_i²; growth and directions are those of the linearised problem until the loss is near that of f = 0, and where they settle again SGD's minimum is the flatter one [Wang & Wu, arXiv 2310.00692; docs/theory.md §5].",
    trials: (scale) =>
      sizesOf[scale].subjects.flatMap(({ name }) =>
        Array.from({ length: sizesOf[scale].seeds }, (_, seed) => ({ subject: name, seed })),
      ),
    measure: (trial, context) => measure(trial, context, sizesOf[context.scale], variant),
    conclude: (rows, scale) => conclude(rows, sizesOf[scale]),
  };
}

export const escapeReal = escapeRealAt(sizes);
