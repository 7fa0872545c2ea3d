import { constantPlan } from "../cyclical/setting.ts";
import type { Row } from "../experiment.ts";
import type { Figure, Layer, Panel, Point } from "../figure.ts";
import { mean, meanPoints, numbers, where } from "../rows.ts";
import { estimate } from "../verdict.ts";
import { alongTraining } from "./alongTraining.ts";
import { differences, ratios } from "./pairs.ts";
import { meanRates } from "./rates.ts";
import {
  identifierOf,
  raisedPlans,
  type Sizes,
  type Subject,
  thresholdDirections,
  twoLevelPlan,
} from "./setting.ts";
import { withinSeed } from "./withinSeed.ts";

export function figures(rows: readonly Row[], shown: Sizes): readonly Figure[] {
  const own = (subject: Subject) => where(rows, { subject: subject.name });
  const close = shown.filter(({ close: { seeds } }) => seeds > 0);
  return [
    ...shown.map((subject) => alongTraining(subject, own(subject))),
    ...close.map((subject) => thresholds(subject, own(subject))),
    ...(shown.length > 0 ? [accuracies(rows, shown)] : []),
  ];
}

/** η*, 2/λ₁ and η, all over 2/λ₁ where the cycles begin; and the loss and the accuracy in step with them. */
function thresholds(subject: Subject, rows: readonly Row[]): Figure {
  const own = withinSeed(where(rows, { schedule: twoLevelPlan, optimiser: "SGD" }), rows).filter(
    (row) => typeof row.threshold === "number",
  );
  const last = subject.warmup + subject.cycle * subject.cycles + subject.settling;
  const x = { label: "step", scale: "linear", domain: [subject.warmup - 20, last + 20] } as const;
  const joined = (series: string, field: string): Layer => ({
    kind: "points",
    series,
    joined: true,
    points: meanPoints(own, "step", field),
  });
  return {
    id: `threshold-${identifierOf(subject)}`,
    title: `Thresholds and the learning rate along two-level cycles, ${subject.name}`,
    caption: `SGD (B = ${subject.batchSize}) on n = ${subject.samples} images. First: the learning rate of the two-level cycles, SGD's exact mean-square stability threshold η* with the ${thresholdDirections} sharpest directions of G at θ free to move (all of them could lower it by about a fifth), and GD's edge 2/λ₁(G), in units of 2/λ₁ where the cycles begin. Second: loss of the training images over that of f = 0, and share of ${subject.testSamples} test images in their class. Means over the first ${subject.close.seeds} seeds (networks, images and batches drawn anew) with 95 % intervals; looks lie closely within the first cycle.`,
    otherwise: "η* would not rise in the first cycle.",
    panels: [
      {
        title: "learning rate and thresholds",
        x,
        y: { label: "over 2/λ₁ where the cycles begin (dimensionless)", scale: "linear" },
        layers: [
          { kind: "line", series: "learning rate η", points: meanRates(subject, rows) },
          joined("SGD's threshold η*", "threshold"),
          joined("GD's edge 2/λ₁", "edge"),
        ],
      },
      {
        title: "loss and accuracy",
        x,
        y: { label: "share (dimensionless)", scale: "linear", domain: [0, 1] },
        layers: [joined("loss over that of f = 0", "loss"), joined("test accuracy", "testAccuracy")],
      },
    ],
  };
}

/** Does the accuracy follow the flatness: against the run at the constant small learning rate of the same seed. */
function accuracies(rows: readonly Row[], shown: Sizes): Figure {
  const panels = shown.map((subject): Panel => {
    const ends = where(rows, { subject: subject.name, kind: "end", arrived: true });
    const constant = where(ends, { optimiser: "SGD", schedule: constantPlan });
    const layers = [
      ...raisedPlans.map((schedule) => ({ optimiser: "SGD", schedule })),
      { optimiser: "GD", schedule: twoLevelPlan },
    ].flatMap(({ optimiser, schedule }): Layer[] => {
      const own = where(ends, { optimiser, schedule });
      const sharpness = ratios(own, constant, "lambdaMax");
      if (sharpness.length === 0) return [];
      const { mean: y, low, high } = estimate(differences(own, constant, "testAccuracy"));
      const point: Point = { x: mean(sharpness), y, low, high };
      return [{ kind: "points", series: `${optimiser}, ${schedule}`, points: [point] }];
    });
    return {
      title: subject.name,
      x: { label: "λ_max(G) over that at the constant small rate (dimensionless)", scale: "linear" },
      y: { label: "change of the test accuracy (dimensionless)", scale: "linear" },
      layers: [
        { kind: "rule", series: "SGD at the constant small learning rate", axis: "y", value: 0 },
        ...layers,
      ],
    };
  });
  const [{ testSamples }] = shown;
  const reached = numbers(
    where(rows, { kind: "end", arrived: true, optimiser: "SGD", schedule: constantPlan }),
    "testAccuracy",
  );
  const deviation = binomialDeviation(mean(reached), testSamples);
  return {
    id: "accuracy",
    title: "Does the accuracy follow the flatness?",
    caption: `At the end of the runs, where all have the small learning rate: difference of the test accuracy from the run at the constant small learning rate of the same seed, which draws the same batches and sees the same ${testSamples} test images, against the ratio of their sharpness. Mean over seeds with 95 % intervals. One accuracy alone has a binomial standard deviation of ${deviation.toFixed(3)}; in the difference most of it is gone.`,
    panels,
  };
}

/** Of a share a among m independent images. */
export function binomialDeviation(share: number, images: number): number {
  return Math.sqrt((share * (1 - share)) / images);
}
