import type { Row } from "../experiment.ts";
import { distinct, mean, numbers, where } from "../rows.ts";
import { above, batchSize, leftAt, type Sizes, settledAt } from "./setting.ts";
import type { Subject } from "./subjects.ts";

/** Networks, data and runs, for a reader. */
export function settingText(
  rows: readonly Row[],
  { subjects, seeds, runs, steps, followed, settling }: Sizes,
): readonly string[] {
  const shown = new Set(distinct<string>(rows, "subject"));
  const factors = (optimiser: string) =>
    followed
      .filter((one) => one.optimiser === optimiser)
      .map(({ factor, steps: most }) => `${factor} (${most} steps)`)
      .join(", ");
  return [
    ...subjects.filter(({ name }) => shown.has(name)).map((subject) => subjectText(subject, rows)),
    `Near θ*: SGD with B = ${batchSize} and η = ${above.sgd}·η*, ${runs} runs of the network as a population that is drawn anew, with weights, wherever few runs carry the loss, ${steps.sgd} steps; GD at ${above.gradientDescent}·2/λ₁, ${steps.gradientDescent} steps, and at SGD's η. All from θ* itself. Prediction: the exact second moment of the linearised problem from that point, from J and the residuals at θ* alone.`,
    `Followed: one run a network of SGD (B = ${batchSize}) at η/η* = ${factors("SGD")}, and of GD at η/(2/λ₁) = ${factors("GD")}; then SGD as in training, until the loss is ${settledAt} of that of f = 0 or ${settling} steps are done. A run has left when its loss is ${leftAt} of that of f = 0. Sharpness is that of G by all its eigenvalues, which is the Hessian where residuals are 0.`,
    `${seeds} networks of each kind: each draws images, initialisation and batches anew. Intervals: 95 % Student over them.`,
  ];
}

function subjectText(
  { name, classes, samples, architecture, training }: Subject,
  rows: readonly Row[],
): string {
  const { batchSize: batch, learningRate, lossShare } = training;
  const starts = where(rows, { kind: "start", subject: name });
  const average = (field: string, digits: number) => mean(numbers(starts, field)).toFixed(digits);
  const details = Object.entries(architecture).map(
    ([key, value]) => `${key} ${Array.isArray(value) ? value.join(" and ") : value}`,
  );
  return `${name}: ${details.slice(1).join(", ")}; one output, square loss, classes ${classes.join(" and ")} as ±1, n = ${samples} whole images, standardised. Trained by SGD alone (B = ${batch}, η = ${learningRate}, float32) to a loss of ${lossShare} of that of f = 0, in ${average("trainingSteps", 0)} steps on average: λ_max = ${average("lambdaMax", 1)}, Tr G = ${average("trace", 0)} there.`;
}
