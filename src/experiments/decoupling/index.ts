import type { Experiment, Scale } from "../experiment.ts";
import { conclude } from "./conclude.ts";
import { type DecouplingTrial, measure } from "./measure.ts";
import { type Sizes, sizes } from "./setting.ts";
import { subjects } from "./tasks.ts";

/** The experiment at other sizes than its own. */
export function decouplingAt(sizesOf: Record<Scale, Sizes>): Experiment<DecouplingTrial> {
  return {
    id: "decoupling",
    title: "Noise decouples up to the mean gradient, and aligns before it decouples",
    claim:
      "For linear and over-parameterised linear models on Gaussian inputs Σ approaches 2L·G + ∇L∇Lᵀ at the rate n^(−1/2), so that its distance from 2L·G settles at ‖∇L‖²/(2L‖G‖_F); with few samples (n ≪ d_eff) the noise aligns, μ ≈ 1, without decoupling [docs/theory.md §2–3].",
    trials: (scale) =>
      [...subjects(sizesOf[scale]).keys()].flatMap((model) =>
        Array.from({ length: sizesOf[scale].seeds }, (_, seed) => ({ model, seed })),
      ),
    measure: (trial, context) => measure(trial, context, sizesOf[context.scale]),
    conclude: (rows, scale) => conclude(rows, sizesOf[scale]),
  };
}

export const decoupling = decouplingAt(sizes);
