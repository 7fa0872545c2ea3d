import type { Experiment } from "../experiment.ts";
import { conclude } from "./conclude.ts";
import { type LinearTrial, measure } from "./measure.ts";
import { designs, sizes } from "./setting.ts";

export const linearAlignment: Experiment<LinearTrial> = {
  id: "linear-alignment",
  title: "Noise aligns with the loss in linear models, few samples or many",
  claim:
    "For linear models on Gaussian inputs the noise of SGD aligns with the Gauss–Newton matrix, μ(θ) ≥ 1 − ε, with few samples (n ≪ d_eff) as with many (n ≫ d) [Wang & Wu, arXiv 2310.00692; docs/theory.md §3].",
  trials: (scale) =>
    [...designs(scale).keys()].flatMap((spectrum) =>
      Array.from({ length: sizes[scale].seeds }, (_, seed) => ({ spectrum, seed })),
    ),
  measure,
  conclude,
};
