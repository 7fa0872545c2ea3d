import { batchNoise } from "../../dynamics/batchNoise.ts";
import { againstBatchSize, noiseCurve } from "../batchDraws.ts";
import type { Row } from "../experiment.ts";
import type { Figure, Layer, Panel } from "../figure.ts";
import { distinct, mean, numbers, where } from "../rows.ts";
import { estimate } from "../verdict.ts";
import { drawOfDirections, type Sizes } from "./setting.ts";

const initial = "initialisation";

/** `several`: subspaces of k dimensions; `single`: eigen-directions one by one. */
export function figures(several: readonly Row[], single: readonly Row[], size: Sizes): readonly Figure[] {
  return [
    alongSpectrum(inUnits(single), size),
    inSubspaces(inUnits(where(several, { theta: initial })), size),
  ];
}

function alongSpectrum(rows: readonly Row[], size: Sizes): Figure {
  const draw = drawOfDirections(size);
  const noise = batchNoise(size.samples, draw);
  const own = rows.map(
    (row): Row => ({
      ...row,
      measured: (row.measured as number) / noise,
      isotropic: (row.isotropic as number) / noise,
    }),
  );
  return {
    id: "displacement-along-the-spectrum",
    title: "The noise along each eigen-direction follows its curvature",
    caption: `Mean squared displacement by the noise of one step along eigenvectors of the Gauss–Newton matrix, in units of η²c·2L·λ₁, against their eigenvalue; B = ${draw.batchSize} with replacement. Points: measured on ${size.batches} batches, mean over ${size.seeds} seeds with 95 % intervals. Isotropic: noise of the same trace at the initialisation.`,
    otherwise: "the points would be level, as isotropic noise is, or cross the line of Σ = 2L·G.",
    panels: byModel(own, (model) => {
      const isotropic = mean(numbers(where(model, { theta: initial }), "isotropic"));
      const points = distinct<string>(model, "theta").map((theta) => ({
        theta,
        points: along(where(model, { theta })),
      }));
      const ends = [Math.min(...points.flatMap(({ points: own }) => own.map(({ x }) => x))), 1];
      return {
        x: { label: "eigenvalue λ/λ₁ (dimensionless)", scale: "log" },
        y: { label: "squared displacement/(η²c·2L·λ₁)", scale: "log" },
        layers: [
          { kind: "line", series: "decoupled: Σ = 2L·G", points: ends.map((x) => ({ x, y: x })) },
          { kind: "line", series: "isotropic noise", points: ends.map((x) => ({ x, y: isotropic })) },
          ...points.map(({ theta, points: own }): Layer => ({ kind: "points", series: theta, points: own })),
        ],
      };
    }),
  };
}

/** One point a place in the spectrum: means over seeds. */
function along(rows: readonly Row[]) {
  return distinct<number>(rows, "position").map((position) => {
    const own = where(rows, { position });
    const { mean: y, low, high } = estimate(numbers(own, "measured"));
    return { x: mean(numbers(own, "sharpness")), y, low, high };
  });
}

function inSubspaces(rows: readonly Row[], { samples, subspace: k, seeds, batches }: Sizes): Figure {
  return {
    id: "displacement-against-batch-size",
    title: "The displacement in sharp, flat and random subspaces against the batch size",
    caption: `Mean squared displacement by the noise of one step within the ${k} sharpest eigen-directions of the Gauss–Newton matrix, the ${k} flattest and ${k} random dimensions, in units of η²·2L·λ₁, at the initialisation, n = ${samples}. Points: measured on ${batches} batches, mean over ${seeds} seeds with 95 % intervals. Lines: η²c·Tr(PΣ) with c = 1/B and (n−B)/(B(n−1)), and η²·2L·Tr(PG)/B, mean over the same seeds.`,
    otherwise:
      "the points of some subspace would lie off their lines, or change with B otherwise than c does.",
    panels: distinct<string>(rows, "model").flatMap((model) =>
      distinct<string>(rows, "subspace").map((subspace): Panel => {
        const own = where(rows, { model, subspace });
        return {
          title: `${model}: ${subspace}`,
          x: { label: "batch size B (samples)", scale: "log" },
          y: { label: "squared displacement/(η²·2L·λ₁)", scale: "log" },
          layers: [
            {
              kind: "line",
              series: "decoupled, with replacement",
              points: noiseCurve(own, "decoupled", samples, true),
            },
            ...againstBatchSize(own, samples),
          ],
        };
      }),
    ),
  };
}

function byModel(rows: readonly Row[], panel: (own: readonly Row[]) => Omit<Panel, "title">): Panel[] {
  return distinct<string>(rows, "model").map((model) => ({ title: model, ...panel(where(rows, { model })) }));
}

/** Displacements in units of η²·2L·λ₁. */
function inUnits(rows: readonly Row[]): readonly Row[] {
  const fields = ["measured", "exact", "decoupled", "isotropic"];
  return rows.map((row) => ({
    ...row,
    ...Object.fromEntries(fields.map((field) => [field, (row[field] as number) / (row.unit as number)])),
  }));
}
