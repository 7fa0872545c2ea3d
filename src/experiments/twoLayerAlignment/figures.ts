import type { Row } from "../experiment.ts";
import type { Figure, Layer, Panel } from "../figure.ts";
import { meanLine, seedsIn } from "../layers.ts";
import { distinct, meanPoints, numbers, where } from "../rows.ts";
import { situations } from "../situations.ts";

const fromInputs = "bound: inputs alone, (α/β)⁴ min b/mean b";
const fromGram = "bound: a posteriori, min a/mean a";

/** μ against m for every activation, at one n. */
export function againstWidth(rows: readonly Row[], samples: number): Figure {
  const panels = distinct<string>(rows, "activation").map((activation): Panel => {
    const own = where(rows, { activation, samples });
    return {
      title: activation,
      x: { label: "width m", scale: "log" },
      y: { label: "loss alignment μ (dimensionless)", scale: "linear", domain: [0, 1.6] },
      layers: [
        meanLine(own, "width", "inputsBound", fromInputs),
        meanLine(own, "width", "aPosteriori", fromGram),
        { kind: "rule", series: "1 − 1/n", axis: "y", value: 1 - 1 / samples },
        ...situations.map(
          ({ theta }): Layer => ({
            kind: "points",
            series: theta,
            joined: true,
            points: meanPoints(where(own, { theta }), "width", "covariance"),
          }),
        ),
      ],
    };
  });
  return {
    id: `mu-against-width-n-${samples}`,
    title: `Loss alignment against the width, n = ${samples}`,
    caption: `Points: mean over ${seedsIn(rows)} seeds with 95 % intervals, at four kinds of θ. Lines: mean lower bounds of μ₁ ≥ μ, over seeds and θ. For α/β = 0 (ReLU, softplus, tanh, GELU) the bound from the inputs is 0: outside the theorem.`,
    otherwise: "the points, or the bounds, would fall towards 0 as the width grows.",
    panels,
  };
}

/** μ₁ and its bounds against α/β, at the largest width. */
export function againstSlopeRatio(rows: readonly Row[]): Figure {
  const width = Math.max(...numbers(rows, "width"));
  const panels = distinct<number>(rows, "samples").map((samples): Panel => {
    const own = where(rows, { samples, width }).filter(({ activation }) => isLeaky(activation as string));
    const bounded = own.filter((row) => (row.slopeRatio as number) > 0);
    return {
      title: `n = ${samples}`,
      x: { label: "ratio of slopes α/β (dimensionless)", scale: "linear" },
      y: { label: "loss alignment μ₁ (dimensionless)", scale: "log" },
      layers: [
        meanLine(bounded, "slopeRatio", "inputsBound", fromInputs),
        meanLine(own, "slopeRatio", "aPosteriori", fromGram),
        ...situations.map(
          ({ theta }): Layer => ({
            kind: "points",
            series: theta,
            points: meanPoints(where(own, { theta }), "slopeRatio", "secondMoment"),
          }),
        ),
      ],
    };
  });
  return {
    id: "mu-against-slope-ratio",
    title: "Loss alignment and its bounds against the ratio of slopes",
    caption: `Leaky ReLU at width m = ${width}; α/β = 0 is ReLU, outside the theorem, where the bound from the inputs is 0. Points: mean μ₁ over ${seedsIn(rows)} seeds with 95 % intervals. Lines: mean lower bounds of μ₁ over seeds and θ.`,
    otherwise: "points would lie below a bound.",
    panels,
  };
}

/** Leaky ReLU of any slope, and ReLU as its limit. */
function isLeaky(activation: string): boolean {
  return activation === "ReLU" || activation.startsWith("leaky ReLU");
}
