import { constantPlan } from "../cyclical/setting.ts";
import type { Row } from "../experiment.ts";
import type { Figure, Layer, Panel } from "../figure.ts";
import { meanPoints, where } from "../rows.ts";
import { meanRates } from "./rates.ts";
import { identifierOf, type Subject, squareLossName, stepsOf, twoLevelPlan } from "./setting.ts";
import { withinSeed } from "./withinSeed.ts";

const runs = [
  { series: "SGD, constant small learning rate", optimiser: "SGD", schedule: constantPlan },
  { series: "SGD, two-level cycles", optimiser: "SGD", schedule: twoLevelPlan },
  { series: "GD, two-level cycles", optimiser: "GD", schedule: twoLevelPlan },
];

/** λ_max, Tr G and the loss from the initialisation to the end, and beneath them the learning rate on the same axis. */
export function alongTraining(subject: Subject, rows: readonly Row[]): Figure {
  const { samples, batchSize, seeds, gradientDescent, warmup } = subject;
  const x = { label: "step", scale: "linear", domain: [0, stepsOf(subject)] } as const;
  const square = subject.loss === squareLossName;
  const panel = (field: string, title: string, label: string): Panel => ({
    title,
    x,
    y: {
      label,
      scale: field === "loss" ? "log" : "linear",
      ...(square && field !== "loss" && { domain: [0, top] }),
    },
    layers: runs.flatMap(({ series, optimiser, schedule }): Layer[] => {
      const points = meanPoints(
        common(withinSeed(where(rows, { optimiser, schedule }), rows)),
        "step",
        field,
      );
      return points.length > 0 ? [{ kind: "points", series, joined: true, points }] : [];
    }),
  });
  const rate: Panel = {
    title: "learning rate",
    x,
    y: { label: "η over 2/λ₁ at the start (dimensionless)", scale: "linear", domain: [0, 1] },
    layers: [
      { kind: "rule", series: "GD's edge 2/λ₁ at the start", axis: "y", value: 1 },
      { kind: "line", series: "learning rate of the cycles", points: meanRates(subject, rows) },
    ],
  };
  const gd = gradientDescent.seeds > 0 ? ` (GD: the first ${gradientDescent.seeds})` : "";
  return {
    id: `along-${identifierOf(subject)}`,
    title: `Sharpness and loss along training, ${subject.name}`,
    caption: `From the initialisation on, n = ${samples} images, SGD with B = ${batchSize}; means over ${seeds} seeds${gd} (networks, images and batches drawn anew) with 95 % intervals. Sharpness of G over that at the seed's start of the cycles, step ${warmup}; up to there all runs of a seed are one. The loss of the training images is over that of f = 0. Looks are at the end of every phase. Beneath, on the same axis, the learning rate of the cycles; the constant one is its lower end.`,
    otherwise:
      "SGD under cycles would stay as sharp as at the constant small learning rate, or end at a higher loss.",
    panels: [
      panel("lambdaMax", "λ_max(G)", "over that at the start (dimensionless)"),
      panel("trace", "Tr G", "over that at the start (dimensionless)"),
      panel("loss", "loss", "over that of f = 0 (dimensionless)"),
      rate,
      rate,
      rate,
    ],
  };
}

/** Of sharpness over its start under the square loss: GD's grows to about 1.8 of it. */
const top = 2.4;

/** Without the looks that only some seeds have. */
function common(rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ phase }) => phase !== "within");
}
