import { againstBatchSize } from "../batchDraws.ts";
import type { Row } from "../experiment.ts";
import type { Figure, Layer, Panel } from "../figure.ts";
import { distinct, meanPoints, where } from "../rows.ts";
import { drawOfRates, type Sizes, smallRate } from "./setting.ts";

const initial = "initialisation";
const rateAxis = { label: "learning rate times sharpness ηλ₁ (dimensionless)", scale: "log" } as const;
const increaseAxis = { label: "increase of the loss over L (dimensionless)", scale: "log" } as const;

export function figures(rows: readonly Row[], size: Sizes): readonly Figure[] {
  const { batchSize, replacement } = drawOfRates(size);
  const overRates = where(rows, { batchSize, replacement });
  return [
    againstRate(inUnitsOfLoss(where(overRates, { theta: initial })), size),
    ratios(overRates, size),
    overBatchSizes(inUnitsOfLoss(where(rows, { theta: initial, rate: smallRate })), size),
  ];
}

function againstRate(rows: readonly Row[], { seeds, batches, batchSizes }: Sizes): Figure {
  return {
    id: "increase-against-eta",
    title: "What the noise of one step adds to the loss",
    caption: `Mean increase of the loss by noise in units of the loss, at the initialisation, B = ${batchSizes[1]} with replacement. Points: measured on ${batches} batches, mean over ${seeds} seeds with 95 % intervals. Lines: means over the same seeds. Isotropic: noise of the same trace and no direction.`,
    otherwise:
      "the crosses would leave the second order at small η as well; for noise without direction they would lie on its line.",
    panels: byModel(rows, (own) => ({
      x: rateAxis,
      y: increaseAxis,
      layers: [
        line("second order: (η²c/2)·Tr(HΣ)", own, "rate", "exact"),
        line("alignment: η²c·μ·L‖G‖²", own, "rate", "aligned"),
        line("decoupled: η²c·L‖G‖²", own, "rate", "decoupled"),
        line("isotropic noise", own, "rate", "isotropic"),
        { kind: "points", series: "measured", points: meanPoints(own, "rate", "measured") },
      ],
    })),
  };
}

function ratios(rows: readonly Row[], { seeds, batches, batchSizes }: Sizes): Figure {
  const relative = rows.map(
    (row): Row => ({ ...row, ratio: (row.measured as number) / (row.exact as number) }),
  );
  return {
    id: "increase-over-second-order",
    title: "The measured increase over its second order",
    caption: `Measured increase of the loss by noise over (η²c/2)·Tr(HΣ), B = ${batchSizes[1]} with replacement, ${batches} batches: mean over ${seeds} seeds with 95 % intervals. Gradient descent is unstable beyond ηλ₁ = 2.`,
    otherwise: "the points would differ from 1 at small ηλ₁, and those of the linear model at any.",
    panels: byModel(relative, (own) => ({
      x: rateAxis,
      y: { label: "measured/second order (dimensionless)", scale: "linear", domain: [0, 1.5] },
      layers: [
        { kind: "rule", series: "second order", axis: "y", value: 1 },
        { kind: "rule", series: "ηλ₁ = 2", axis: "x", value: 2 },
        ...distinct<string>(own, "theta").map(
          (theta): Layer => ({
            kind: "points",
            series: theta,
            joined: true,
            points: meanPoints(where(own, { theta }), "rate", "ratio"),
          }),
        ),
      ],
    })),
  };
}

function overBatchSizes(rows: readonly Row[], { seeds, batches, samples }: Sizes): Figure {
  return {
    id: "increase-against-batch-size",
    title: "The same against the batch size",
    caption: `Mean increase of the loss by noise in units of the loss at ηλ₁ = ${smallRate}, at the initialisation, n = ${samples}. Points: measured on ${batches} batches (${4 * batches} for B = 1), mean over ${seeds} seeds with 95 % intervals. Lines: (η²c/2)·Tr(HΣ) with c = 1/B and (n−B)/(B(n−1)), mean over the same seeds.`,
    otherwise: "the points would lie off their lines: another factor than c.",
    panels: byModel(rows, (own) => ({
      x: { label: "batch size B (samples)", scale: "log" },
      y: increaseAxis,
      layers: againstBatchSize(own, samples),
    })),
  };
}

function byModel(rows: readonly Row[], panel: (own: readonly Row[]) => Omit<Panel, "title">): Panel[] {
  return distinct<string>(rows, "model").map((model) => ({ title: model, ...panel(where(rows, { model })) }));
}

function line(series: string, rows: readonly Row[], x: string, field: string): Layer {
  return {
    kind: "line",
    series,
    points: meanPoints(rows, x, field).map((point) => ({ x: point.x, y: point.y })),
  };
}

function inUnitsOfLoss(rows: readonly Row[]): readonly Row[] {
  const fields = ["measured", "exact", "aligned", "decoupled", "isotropic"];
  return rows.map((row) => ({
    ...row,
    ...Object.fromEntries(fields.map((field) => [field, (row[field] as number) / (row.loss as number)])),
  }));
}
