import type { Row } from "../experiment.ts";
import type { Figure, Layer, Panel } from "../figure.ts";
import { distinct, meanPoints, numbers, where } from "../rows.ts";
import { estimate } from "../verdict.ts";
import { labelNoise, regimes, type Sizes, situations } from "./setting.ts";

export function figures(rows: readonly Row[], size: Sizes): readonly Figure[] {
  return [againstParameters(rows, size), againstTheory(rows, size)];
}

function againstParameters(rows: readonly Row[], size: Sizes): Figure {
  const shown = [situations[0], situations[2]].map(({ theta }) => theta);
  const panels = regimes(size).flatMap(({ name, samples, inputs }) =>
    shown.map((theta): Panel => {
      const own = where(rows, { regime: name, theta });
      return {
        title: `${name} (n = ${samples}, ${inputs}), ${theta}`,
        x: { label: "parameters p", scale: "log" },
        y: { label: "loss alignment μ (dimensionless)", scale: "linear", domain: [0, 1.6] },
        layers: [
          name === "few samples"
            ? { kind: "rule", series: "theory: few samples, 1 − 1/n", axis: "y", value: 1 - 1 / samples }
            : {
                kind: "rule",
                series: "theory: n → ∞, mean over families and p",
                axis: "y",
                value: estimate(numbers(own, "population")).mean,
              },
          ...distinct<string>(own, "family").map(
            (family): Layer => ({
              kind: "points",
              series: family,
              joined: true,
              points: meanPoints(where(own, { family }), "parameters", "covariance"),
            }),
          ),
        ],
      };
    }),
  );
  return {
    id: "mu-against-p",
    title: "Loss alignment against the number of parameters",
    caption: `d = ${size.dimension}; linear targets, with label noise of standard deviation ${labelNoise} where named. Points: mean over ${size.seeds} seeds with 95 % intervals. With many samples μ follows the metric DF DFᵀ of each family, see the figure of measured against closed form.`,
    otherwise: "the curves would fall as p grows.",
    panels,
  };
}

/** One point a family, p and θ: mean measured μ against the mean of what theory says at the same θ. */
function againstTheory(rows: readonly Row[], size: Sizes): Figure {
  const own = where(rows, { regime: "many samples" });
  const thetas = distinct<string>(own, "theta");
  const panels = thetas.map((theta): Panel => {
    const there = where(own, { theta });
    const families = distinct<string>(there, "family").map((family) => ({
      family,
      points: byParameters(where(there, { family })),
    }));
    const closedForms = families.flatMap(({ points }) => points.map(({ x }) => x));
    const diagonal = [Math.min(...closedForms), Math.max(...closedForms)].map((value) => ({
      x: value,
      y: value,
    }));
    return {
      title: theta,
      x: { label: "closed form of μ, n → ∞ (dimensionless)", scale: "linear" },
      y: { label: "loss alignment μ (dimensionless)", scale: "linear" },
      layers: [
        { kind: "line", series: "measured = closed form", points: diagonal },
        ...families.map(({ family, points }): Layer => ({ kind: "points", series: family, points })),
      ],
    };
  });
  return {
    id: "mu-against-closed-form",
    title: "Measured alignment against its closed form",
    caption: `n = ${size.manySamples}, inputs with the power law 1/k, d = ${size.dimension}. One point for each family and p: mean over ${size.seeds} seeds of the measured μ, with 95 % intervals, against the mean of 1 + ∇LᵀG∇L/(2L‖G‖_F²) of the population at the same θ, a function of the d×d metric DF DFᵀ and F(θ) − θ* alone.`,
    otherwise: "the points would lie off the line by more than their intervals.",
    panels,
  };
}

function byParameters(rows: readonly Row[]) {
  return distinct<number>(rows, "parameters").map((parameters) => {
    const own = where(rows, { parameters });
    const { mean, low, high } = estimate(numbers(own, "covariance"));
    return { x: estimate(numbers(own, "population")).mean, y: mean, low, high };
  });
}
