import type { Figure, Layer } from "../../../../src/experiments/figure.ts";
import type { Extremes } from "../../../../src/geometry/certificate.ts";
import { isDefined } from "../../../../src/geometry/undefined.ts";
import type { HeatMapData } from "../../figures/heatMap.ts";
import type { Settings } from "./fields.ts";
import type { Certificate, Look } from "./look.ts";
import type { Moment } from "./run.ts";

/** g along the spectrum, with what theory says of it. */
export function spectrumFigure(look: Look, certificate: Certificate | undefined): Figure {
  const measured = look.alignments.flatMap((alignment, k) =>
    isDefined(alignment) ? [{ x: k + 1, y: alignment.covariance }] : [],
  );
  const band = (certificate?.directional ?? []).flatMap((extremes, k) =>
    isDefined(extremes) ? [{ x: k + 1, low: extremes.min, high: extremes.max }] : [],
  );
  const theory: Layer = look.population
    ? {
        kind: "line",
        series: "closed form, n → ∞",
        points: Array.from(look.population.alignments, (y, k) => ({ x: k + 1, y })),
      }
    : { kind: "rule", series: "1: Σ = 2L·G", axis: "y", value: 1 };
  const layers: Layer[] = [
    { kind: "band", series: certificateName, points: band },
    theory,
    { kind: "points", series: "g(θ; v_k)", points: measured },
  ];
  return {
    id: "directional-alignment",
    title: "Directional alignment along the spectrum of G",
    caption: `Each dot is one eigenvector of G, sharpest first. ${
      look.population
        ? "The line is the closed form along the same vectors for infinitely many samples, between 1 and 2."
        : "No closed form is known here; 1 is where the noise follows the curvature exactly."
    } The band holds every value that g can take over ${residualsOf(certificate)}, in the first ${look.directions} directions.`,
    panels: [
      {
        x: {
          label: "eigenvector k of G, sharpest first",
          scale: "log",
          domain: [0.9, 1.1 * look.eigenvalues.length],
        },
        y: {
          label: "g(θ; v_k) (dimensionless)",
          scale: "linear",
          domain: [0, top(measured, look, certificate)],
        },
        layers,
      },
      {
        x: {
          label: "eigenvector k of G, sharpest first",
          scale: "log",
          domain: [0.9, 1.1 * look.eigenvalues.length],
        },
        y: { label: "eigenvalue λ_k of G", scale: "log" },
        layers: [
          {
            kind: "points",
            series: "λ_k",
            points: Array.from(look.eigenvalues, (y, k) => ({ x: k + 1, y })),
          },
        ],
      },
    ],
  };
}

const certificateName = "certificate";

function residualsOf(certificate: Certificate | undefined): string {
  return certificate?.isRealisable ? "all residuals in the range of J" : "all residuals";
}

/** High enough for every dot and the closed form; a band may leave the picture upwards. */
function top(
  measured: readonly { readonly y: number }[],
  { population }: Look,
  certificate: Certificate | undefined,
): number {
  const values = [...measured.map(({ y }) => y), ...(population?.alignments ?? [])];
  const highest = values.reduce((most, value) => Math.max(most, value), 1.5);
  const ends = (certificate?.directional ?? []).flatMap((extremes) =>
    isDefined(extremes) ? [extremes.max] : [],
  );
  return (
    1.1 * Math.max(highest, Math.min(2 * highest, ...(ends.length > 0 ? [Math.max(...ends)] : [highest])))
  );
}

/** μ, μ₁ and the loss along training. */
export function trainingFigure(
  moments: readonly Moment[],
  look: Look,
  certificate: Certificate | undefined,
): Figure {
  const along = (key: "covariance" | "secondMoment") =>
    moments.flatMap(({ steps, [key]: y }) => (y === undefined ? [] : [{ x: steps, y }]));
  const end = Math.max(moments.at(-1)?.steps ?? 0, 10);
  const extremes =
    certificate && isDefined(certificate.lossAlignment) ? certificate.lossAlignment : undefined;
  return {
    id: "training",
    title: "Along training",
    caption:
      "Loss alignment μ with the noise covariance Σ, μ₁ with the second moment Σ₁, and the loss, every tenth step of SGD. " +
      `The certificate holds every value that μ can take over ${residualsOf(certificate)}` +
      `${certificate?.isEverywhere === false ? ", at the last θ" : ""}.`,
    panels: [
      {
        x: { label: "steps of SGD", scale: "linear", domain: [0, end] },
        y: { label: "loss alignment (dimensionless)", scale: "linear" },
        layers: [
          extremes && certificate?.isEverywhere
            ? {
                kind: "band",
                series: certificateName,
                points: [0, end].map((x) => ({ x, low: extremes.min, high: extremes.max })),
              }
            : {
                kind: "points",
                series: certificateName,
                points: extremes ? [middleOf(extremes, look.steps)] : [],
              },
          ...(look.population
            ? [
                {
                  kind: "points" as const,
                  series: "closed form of μ, n → ∞",
                  points: [{ x: look.steps, y: look.population.lossAlignment }],
                },
              ]
            : []),
          { kind: "line", series: "μ₁", points: along("secondMoment") },
          { kind: "line", series: "μ", points: along("covariance") },
          { kind: "rule", series: "1: Σ = 2L·G", axis: "y", value: 1 },
        ],
      },
      {
        x: { label: "steps of SGD", scale: "linear", domain: [0, end] },
        y: { label: "loss L", scale: "log" },
        layers: [
          { kind: "line", series: "loss", points: moments.map(({ steps, loss }) => ({ x: steps, y: loss })) },
        ],
      },
    ],
  };
}

function middleOf({ min, max }: Extremes, x: number) {
  return { x, y: (min + max) / 2, low: min, high: max };
}

/** Σ and 2L·G in the eigenvectors of G, on one colour scale. */
export function maps(look: Look, scale: Settings["scale"]): readonly [HeatMapData, HeatMapData] | undefined {
  if (!isDefined(look.matrix) || look.directions === 0) return undefined;
  const size = look.directions;
  const root = (k: number) =>
    scale === "relative" ? 1 : Math.sqrt(look.eigenvalues[k] / look.eigenvalues[0]);
  const noise = look.matrix.map((value, at) => value * root(Math.floor(at / size)) * root(at % size));
  const geometry = new Float64Array(size * size);
  for (let k = 0; k < size; k++) geometry[k * (size + 1)] = root(k) ** 2;
  const largest = noise.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const shared = {
    rows: size,
    columns: size,
    // scales that move with every sample cannot be compared: steps of a half
    limit: Math.ceil(2 * largest) / 2,
    rowLabel: "eigenvector k of G",
    columnLabel: "eigenvector l of G",
  };
  const unit = scale === "relative" ? "relative to 2L·√(λ_k λ_l)" : "in units of 2L·λ_1";
  return [
    {
      ...shared,
      id: "noise-covariance",
      title: "Noise covariance Σ",
      values: noise,
      valueLabel: `v_kᵀ Σ v_l ${unit}`,
    },
    { ...shared, id: "gauss-newton", title: "2L·G", values: geometry, valueLabel: `2L·v_kᵀ G v_l ${unit}` },
  ];
}
