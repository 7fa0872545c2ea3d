import { largePlan, type Sizes, type Subject, thresholdDirections } from "./setting.ts";

/** Networks, images and runs, for a reader. */
export function settingText(subjects: Sizes): readonly string[] {
  return [
    ...subjects.map(subjectText),
    "Learning rates: the small one in units of 2/λ₁(G) at the initialisation, the large one where the cycles begin. Up to there all runs of a seed are one, at the small learning rate; from there on all runs of SGD draw the same batches, and all end at the small learning rate.",
    `Two-level, triangular, cosine-restart, one-cycle and "${largePlan}" (large but for the last half-cycle) are as high as one another.`,
    `λ_max, Tr G and ‖G‖_F are those of G over all training images; λ_max(H) of the exact Hessian by Lanczos. η* is the exact mean-square stability threshold of SGD with the ${thresholdDirections} sharpest directions of G free to move, an upper bound of that of all; it is a statement about a minimum without residuals, and is computed at θ as if it were one.`,
    "Each seed draws images, initialisation and batches anew. Intervals: 95 % Student over seeds; ratios and differences are taken within a seed.",
  ];
}

function subjectText(subject: Subject): string {
  const { name, architecture, images, samples, testSamples, batchSize, low, high } = subject;
  const { warmup, cycle, cycles, settling, seeds, plans, gradientDescent } = subject;
  const options = Object.entries(architecture)
    .filter(([field]) => field !== "name")
    .map(([field, value]) => `${field} ${Array.isArray(value) ? value.join(" and ") : value}`)
    .join(", ");
  const gd =
    gradientDescent.seeds > 0
      ? `; GD under ${gradientDescent.plans.join(" and ")} on ${gradientDescent.seeds} of the seeds`
      : "";
  return `${name}: ${architecture.name} (${options}), one output a class, n = ${samples} images of ${images} as they are, standardised, and ${testSamples} others for the test. SGD with batch ${batchSize}, with replacement; ${warmup} steps, then ${cycles} cycles of ${cycle}, then ${settling}; rates ${low} and ${high}; ${plans.join(", ")}${gd}; ${seeds} seeds.`;
}
