import type { Check, Estimate, Verdict } from "../../src/experiments/experiment.ts";
import type { Figure, Panel } from "../../src/experiments/figure.ts";
import type { AdviceReport } from "../../src/report/page/renderAdvisePage.ts";
import type { MeasureReport } from "../../src/report/page/renderMeasurePage.ts";
import type { ReportedExperiment, Reproduction } from "../../src/report/reproduction.ts";

/** Made-up figures and experiments for the tests of the report. */

const SAMPLES = [10, 20, 50, 100, 200, 500, 1000, 2000];

/** Every kind of layer on a log and a linear axis. */
export const everyLayer: Figure = {
  id: "every-layer",
  title: "Loss alignment μ stays near 1 from n = 10 to n = 2,000",
  caption: "Gaussian design, 20 seeds. Bars are 95 % intervals.",
  otherwise: "the points would fall as n grows.",
  panels: [
    {
      x: { label: "samples n", scale: "log" },
      y: { label: "loss alignment μ (dimensionless)", scale: "linear" },
      layers: [
        {
          kind: "band",
          series: "certificate",
          points: SAMPLES.map((x) => ({ x, low: 1 - 3 / Math.sqrt(x), high: 1 + 4 / Math.sqrt(x) })),
        },
        { kind: "line", series: "population limit", points: SAMPLES.map((x) => ({ x, y: 1.08 })) },
        { kind: "rule", series: "decoupling", axis: "y", value: 1 },
        {
          kind: "points",
          series: "measured",
          joined: true,
          points: SAMPLES.map((x) => ({ x, y: 1.08 - 1 / x, low: 1.05 - 2 / x, high: 1.1 + 1 / x })),
        },
      ],
    },
  ],
};

/** Panels of eight series each; the later ones in reverse order. */
export function eightSeries(panels: number): Figure {
  const names = Array.from({ length: 8 }, (_, index) => `model ${index + 1}, κ = 10³`);
  const panel = (number: number): Panel => ({
    title: `n = ${50 * 4 ** number}`,
    x: { label: "parameters p", scale: "log" },
    y: { label: "directional alignment g(θ; v_1)", scale: "linear" },
    layers: [
      ...(number === 0 ? names : names.toReversed()).map((series, index) => ({
        kind: "points" as const,
        series,
        joined: true,
        points: [100, 1000, 10_000].map((x) => ({
          x,
          y: 1 + index / 10,
          low: 0.97 + index / 10,
          high: 1.04 + index / 10,
        })),
      })),
      { kind: "rule", series: "population bound", axis: "x", value: 300 },
    ],
  });
  return {
    id: "eight-series",
    title: "Eight models over several sample sizes",
    caption: "Made up.",
    panels: Array.from({ length: panels }, (_, number) => panel(number)),
  };
}

/** Nothing, a single point, numbers that are none, a range without width. */
export const oddities: Figure = {
  id: "odd/ities & more",
  title: "Edge cases",
  caption: "Made up.",
  panels: [
    {
      title: "empty",
      x: { label: "x", scale: "log" },
      y: { label: "y", scale: "linear" },
      layers: [{ kind: "points", series: "nothing", points: [] }],
    },
    {
      title: "not finite",
      x: { label: "x", scale: "log" },
      y: { label: "y", scale: "log" },
      layers: [
        {
          kind: "line",
          series: "line",
          points: [
            { x: 1, y: 1 },
            { x: 2, y: Number.NaN },
            { x: 3, y: 1 },
            { x: 4, y: 2 },
            { x: -1, y: 1 },
          ],
        },
        {
          kind: "points",
          series: "points",
          points: [
            { x: 3, y: 1e-3, low: 0, high: Number.POSITIVE_INFINITY },
            { x: 2, y: 0 },
            { x: 5, y: 2, low: Number.NaN, high: 3 },
          ],
        },
      ],
    },
    {
      title: "fixed range without width",
      x: { label: "x", scale: "linear", domain: [2, 2] },
      y: { label: "y", scale: "linear", domain: [0, 1] },
      layers: [
        {
          kind: "points",
          series: "points",
          points: [
            { x: 2, y: 0.5 },
            { x: 9, y: 0.5 },
          ],
        },
      ],
    },
  ],
};

function estimate(mean: number, reach: number): Estimate {
  return { mean, low: mean - reach, high: mean + reach, repetitions: 20 };
}

function check(verdict: Verdict, statement: string): Check {
  return { statement, verdict, estimate: estimate(1.012, 0.0131), atLeast: 0.95, atMost: 1.05 };
}

export function reported(id: string, verdict: Verdict, figures: readonly Figure[]): ReportedExperiment {
  const rows = Array.from({ length: 64 }, (_, index) => index);
  return {
    id,
    title: `The claim called ${id}`,
    claim: "The loss alignment μ(θ) is bounded below, whatever the Gauss–Newton matrix ([WW], Theorem 1).",
    verdict,
    seconds: 73.2,
    seed: 7,
    scale: "quick",
    version: "0.1.0",
    kernels: "OpenBLAS, 2 threads",
    result: {
      checks: [check("holds", "a check that holds"), check(verdict, `the check that ${verdict}`)],
      reading: "Loss alignment stayed near 1. The interval narrows with n.",
      setting: ["Gaussian design, λ_k = 1/k.", "20 seeds a point."],
      figures,
      table: {
        model: rows.map(() => "diagonal"),
        n: rows,
        mu: rows.map((row) => (row === 0 ? null : 1 / row)),
      },
    },
    files: {
      data: `data/${id}.parquet`,
      result: `data/${id}.json`,
      figures: figures.map((figure) => ({
        id: figure.id,
        svg: `figures/${id}-${figure.id}.svg`,
        png: `figures/${id}-${figure.id}.png`,
        csv: `figures/${id}-${figure.id}.csv`,
      })),
    },
  };
}

export const reproduction: Reproduction = {
  leftOut: [{ id: "cyclical", title: "Cyclical learning rates find flatter minima" }],
  version: "0.1.0",
  command: "npx noisegeo reproduce --seed 7 --scale quick --out report",
  date: "2026-11-20T10:12:00Z",
  experiments: [
    reported("loss-alignment", "holds", [everyLayer, eightSeries(3)]),
    reported("escape", "inconclusive", [eightSeries(2), oddities]),
    reported("directional-alignment", "fails", [everyLayer]),
  ],
};

export const measurement: MeasureReport = {
  title: "Noise geometry of model.onnx",
  source: "model.onnx on digits.npz: 1,000 samples, 1 output, 269,322 parameters.",
  reading: "The noise follows the curvature closely.",
  facts: [
    { label: "loss alignment μ", value: "0.931", note: "with Σ₁: 0.957" },
    { label: "‖G‖_F", value: "12.4" },
  ],
  figures: [everyLayer],
  undefinedEntries: [{ path: "directional.covariance[12]", reason: "vᵀGv = 0" }],
  command: "npx noisegeo measure --onnx model.onnx --data digits.npz --out report",
};

export const advice: AdviceReport = {
  title: "SGD with η = 0.4 and B = 8",
  source: "model.onnx on digits.npz: 40 of 60,000 samples",
  reading: "η = 0.4 is 1.18 of η* = 0.34. Not to be relied on: the Gauss–Newton matrix is far from H.",
  warnings: [
    "“H is close to G” does not hold: ‖H − G‖_F/‖G‖_F = 0.73 <b>",
    "40 of 60,000 samples were measured.",
  ],
  answers: [
    { label: "largest stable rate η*", value: "0.34", note: "exact for these samples", valid: false },
    { label: "gradient noise scale Tr Σ/‖∇L‖²", value: "2.9", valid: true },
    { label: "growth rate ρ", value: "undefined", valid: undefined },
  ],
  conditions: [
    { label: "H is close to G", statement: "λ_max(H)/λ₁ = 0.99", holds: false },
    { label: "the loss is low", statement: "the targets are not known", holds: undefined },
    { label: "plain SGD", statement: "no momentum", holds: true },
  ],
  figure: everyLayer,
  figureFiles: { svg: "figures/stability.svg", png: "figures/stability.png" },
  batches: {
    headings: ["batch size B", "η*"],
    rows: [
      ["1", "0.1"],
      ["2", "0.2"],
    ],
  },
  undefinedEntries: [{ path: "growthRate", reason: "‖G‖_F = 0" }],
  command:
    "npx noisegeo advise --onnx model.onnx --data digits.npz --learning-rate 0.4 --batch 8 --out report",
};
