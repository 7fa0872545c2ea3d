import { effectiveDimensions } from "../../data/effectiveDimension.ts";
import type { Check, Conclusion, Row, Scale } from "../experiment.ts";
import type { Figure, Layer, Panel } from "../figure.ts";
import { distinct, mean, meanPoints, numbers, perSeed, where } from "../rows.ts";
import { labelNoise, situations } from "../situations.ts";
import { check, estimate, worst } from "../verdict.ts";
import { designs, sizes, training } from "./setting.ts";

/** How far from its limit a mean may lie and still count as there, and what counts as few samples. */
const margins = { fewSamples: 0.15, fewFraction: 1 / 8, manySamples: 0.05, between: 0.2, worstCase: 0.25 };

export function conclude(rows: readonly Row[], scale: Scale): Conclusion {
  const checks = [
    fewSamples(rows, scale),
    manySamples(rows),
    between(rows),
    worstCase(rows, scale),
    certified(rows),
  ];
  const lowest = Math.min(...perSpectrumAndSize(rows).map(({ values }) => mean(values)));
  return {
    checks,
    reading:
      `Over four input spectra, four kinds of θ and n from ${sizes[scale].samples[0]} to ${sizes[scale].samples.at(-1)}, the smallest mean of μ/(1 − 1/n) was ${lowest.toFixed(3)}. ` +
      "With few samples μ is 1 − 1/n because gradients of different samples are nearly orthogonal; with many it is 1 plus the share of the mean gradient. Neither is a statement about inputs that are not Gaussian.",
    setting: setting(scale),
    figures: [againstSamples(rows, scale), alongTraining(rows)],
  };
}

function fewSamples(rows: readonly Row[], scale: Scale): Check {
  const cases = [...designs(scale)].flatMap(([spectrum, design]) => {
    const limit = effectiveDimensions(design.eigenvalues).traceSquaredOverFrobenius * margins.fewFraction;
    return distinct<number>(rows, "samples")
      .filter((samples) => samples <= limit)
      .map((samples) =>
        check(
          `few samples, n ≤ d_eff/8: mean μ₁ lies within ${100 * margins.fewSamples} % of 1 (worst case: ${spectrum}, n = ${samples})`,
          perSeed(where(rows, { spectrum, samples }), "secondMoment"),
          { atLeast: 1 - margins.fewSamples, atMost: 1 + margins.fewSamples },
        ),
      );
  });
  return worst(cases);
}

function manySamples(rows: readonly Row[]): Check {
  const samples = Math.max(...distinct<number>(rows, "samples"));
  const cases = distinct<string>(rows, "spectrum").map((spectrum) => {
    const own = where(rows, { spectrum, samples, theta: "initialisation" });
    const population = numbers(own, "population");
    return check(
      `many samples, n = ${samples}: mean μ lies within ${100 * margins.manySamples} % of the closed form 1 + δᵀS³δ/(2L‖S‖_F²) (worst case: ${spectrum})`,
      numbers(own, "covariance").map((value, k) => value / population[k]),
      { atLeast: 1 - margins.manySamples, atMost: 1 + margins.manySamples },
    );
  });
  return worst(cases);
}

function between(rows: readonly Row[]): Check {
  const cases = perSpectrumAndSize(rows).map(({ spectrum, samples, values }) =>
    check(
      `no gap between: mean μ/(1 − 1/n) is at least ${1 - margins.between} at every n and spectrum (worst case: ${spectrum}, n = ${samples})`,
      values,
      { atLeast: 1 - margins.between },
    ),
  );
  return worst(cases);
}

/** μ/(1 − 1/n), one value a seed, for every spectrum and n. */
function perSpectrumAndSize(rows: readonly Row[]) {
  return distinct<string>(rows, "spectrum").flatMap((spectrum) =>
    distinct<number>(rows, "samples").map((samples) => ({
      spectrum,
      samples,
      values: perSeed(where(rows, { spectrum, samples }), "covariance").map(
        (value) => value / (1 - 1 / samples),
      ),
    })),
  );
}

function worstCase(rows: readonly Row[], scale: Scale): Check {
  const samples = Math.max(...sizes[scale].samples);
  const cases = distinct<string>(rows, "spectrum").map((spectrum) =>
    check(
      `worst case, n = ${samples}: no residual that a linear target can leave has μ below ${1 - margins.worstCase} (worst spectrum: ${spectrum})`,
      numbers(where(rows, { spectrum, samples, theta: "initialisation" }), "worst"),
      { atLeast: 1 - margins.worstCase },
    ),
  );
  return worst(cases);
}

/** The certificate speaks of realisable residuals; noisy targets may leave it. */
function certified(rows: readonly Row[]): Check {
  const rounding = 1e-9;
  const realisable = rows.filter((row) => row.theta !== "after SGD, noisy targets");
  const outside = realisable.map((row) => {
    const [value, low, high] = [row.covariance, row.worst, row.best] as number[];
    return value < low - rounding * high || value > high * (1 + rounding) ? 1 : 0;
  });
  return check(
    "every measured μ lies inside its exact certificate (share of measurements outside it)",
    outside,
    {
      atMost: 0,
    },
  );
}

function againstSamples(rows: readonly Row[], scale: Scale): Figure {
  const panels = [...designs(scale)].map(([spectrum, design]): Panel => {
    const own = where(rows, { spectrum, theta: "initialisation" });
    const samples = distinct<number>(own, "samples");
    const population = estimate(numbers(own, "population")).mean;
    const layers: Layer[] = [
      {
        kind: "band",
        series: "exact worst to best case over realisable residuals",
        points: samples.map((x) => ({
          x,
          low: estimate(numbers(where(own, { samples: x }), "worst")).mean,
          high: estimate(numbers(where(own, { samples: x }), "best")).mean,
        })),
      },
      {
        kind: "line",
        series: "theory: few samples, 1 − 1/n",
        points: samples.map((x) => ({ x, y: 1 - 1 / x })),
      },
      {
        kind: "line",
        series: "theory: n → ∞",
        points: [
          { x: samples[0], y: population },
          { x: samples.at(-1) as number, y: population },
        ],
      },
      { kind: "points", series: "μ₁ (second moment)", points: meanPoints(own, "samples", "secondMoment") },
      { kind: "points", series: "μ (covariance)", points: meanPoints(own, "samples", "covariance") },
      { kind: "rule", series: "n = d", axis: "x", value: design.dimension },
      {
        kind: "rule",
        series: "n = d_eff",
        axis: "x",
        value: effectiveDimensions(design.eigenvalues).traceSquaredOverFrobenius,
      },
    ];
    return {
      title: spectrum,
      x: axisOfSamples,
      y: { label: "loss alignment (dimensionless)", scale: "linear", domain: [0, 3] },
      layers,
    };
  });
  return {
    id: "mu-against-n",
    title: "Loss alignment against the number of samples",
    caption: `Linear model at its initialisation, noiseless linear targets, inputs x ~ N(0, S) in d = ${sizes[scale].dimension}. Points: mean over ${sizes[scale].seeds} seeds with 95 % intervals. Band: exact smallest and largest μ over all residuals that linear targets can leave, mean over seeds. d_eff = Tr(S)²/Tr(S²).`,
    otherwise:
      "the crosses would fall below the lines of theory, towards 0, at few samples, at many, or between.",
    panels,
  };
}

function alongTraining(rows: readonly Row[]): Figure {
  const panels = distinct<string>(rows, "spectrum").map(
    (spectrum): Panel => ({
      title: spectrum,
      x: axisOfSamples,
      y: { label: "loss alignment μ (dimensionless)", scale: "linear", domain: [0, 2] },
      layers: [
        { kind: "rule", series: "μ = 1", axis: "y", value: 1 },
        ...situations.map(
          ({ theta }): Layer => ({
            kind: "points",
            series: theta,
            joined: true,
            points: meanPoints(where(rows, { spectrum, theta }), "samples", "covariance"),
          }),
        ),
      ],
    }),
  );
  return {
    id: "mu-by-theta",
    title: "The same at other θ and targets",
    caption: `μ at the initialisation, at a random θ ten times as far out, and after SGD (batch ${training.batchSize}) until the loss fell to ${100 * training.lossShare} % or ${training.maxSteps} steps were done, with and without label noise of standard deviation ${labelNoise}. Mean over seeds with 95 % intervals.`,
    otherwise: "the curve of some θ or kind of targets would stay far below 1.",
    panels,
  };
}

const axisOfSamples = { label: "samples n", scale: "log" } as const;

function setting(scale: Scale): readonly string[] {
  const { dimension, seeds } = sizes[scale];
  return [
    `Model: f(x;θ) = θᵀx, d = p = ${dimension}. Data: x ~ N(0, S) with S ${[...designs(scale).keys()].join(", ")} (spiked: 4 eigenvalues of 20, the others 1).`,
    `Targets: θ*ᵀx with θ* ~ N(0, I/d), plus noise of standard deviation ${labelNoise} where named.`,
    `θ: initialisation θ ~ N(0, I/d); random, N(0, 100·I/d); after SGD from the initialisation (batch ${training.batchSize}, with replacement, learning rate 1/(2·Tr S)) until the loss is ${100 * training.lossShare} % of its start, at most ${training.maxSteps} steps.`,
    `${seeds} seeds: each draws inputs, targets and θ anew. Intervals: 95 % Student over seeds.`,
  ];
}
