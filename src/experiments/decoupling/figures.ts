import type { Row } from "../experiment.ts";
import type { Axis, Figure, Layer, Panel } from "../figure.ts";
import { seedsIn } from "../layers.ts";
import { distinct, mean, meanPoints, numbers, where } from "../rows.ts";
import { situations } from "../situations.ts";
import { betweenLimits } from "./distance.ts";

const samplesAxis = { label: "samples n", scale: "log" } as const;
const distanceAxis: Axis = { label: "distance in units of ‖2L·G‖_F (dimensionless)", scale: "log" };
const initial = situations[0].theta;

/** The distance against n with its theory, at the initialisation. */
export function againstSamples(rows: readonly Row[]): Figure {
  const panels = byModel(rows, (own, title): Panel => {
    const start = where(own, { theta: initial });
    return {
      title,
      x: samplesAxis,
      y: distanceAxis,
      layers: [
        ...theory(start),
        {
          kind: "points",
          series: "without ∇L∇Lᵀ: ‖Σ − 2L·G − ∇L∇Lᵀ‖",
          points: meanPoints(start, "samples", "remainder"),
        },
        { kind: "points", series: "‖Σ − 2L·G‖", points: meanPoints(start, "samples", "distance") },
      ],
    };
  });
  return {
    id: "distance-against-n",
    title: "How far the noise is from 2L·G, against the number of samples",
    caption: `At the initialisation, noiseless targets. Points: mean over ${seedsIn(rows)} seeds with 95 % intervals. Residuals alone: √((1 − 2/n)(mean r⁴/(mean r²)² − 1) + 1/n), for n ≪ d_eff. n → ∞: ‖∇L‖²/(2L‖G‖_F). Between: √((d_eff·few² + n·many²)/(d_eff + n)), leading order in d_eff. The two-layer network has no closed form beyond the first.`,
    otherwise:
      "the diamonds would level off instead of falling as n^(−1/2), or the crosses would leave the lines of theory.",
    panels,
  };
}

function theory(rows: readonly Row[]): readonly Layer[] {
  const samples = distinct<number>(rows, "samples");
  const line = (series: string, y: (own: readonly Row[]) => number): Layer => ({
    kind: "line",
    series,
    points: samples.map((x) => ({ x, y: y(where(rows, { samples: x })) })),
  });
  const fewSamples = line("theory: residuals alone (n ≪ d_eff)", (own) =>
    mean(numbers(own, "residualsOnly")),
  );
  if (typeof rows[0].limit !== "number") return [fewSamples];
  const limit = mean(numbers(rows, "limit"));
  return [
    fewSamples,
    line("theory: n → ∞", () => limit),
    line("theory: between", (own) =>
      mean(
        own.map((row) =>
          betweenLimits(
            row.residualsOnly as number,
            row.limit as number,
            row.effectiveDimension as number,
            row.samples as number,
          ),
        ),
      ),
    ),
    { kind: "rule", series: "n = d_eff", axis: "x", value: mean(numbers(rows, "effectiveDimension")) },
  ];
}

/** The distance at every θ. */
export function byTheta(rows: readonly Row[]): Figure {
  return {
    id: "distance-by-theta",
    title: "The same at other θ and targets",
    caption: `‖Σ − 2L·G‖_F/‖2L·G‖_F against n: mean over ${seedsIn(rows)} seeds with 95 % intervals. Noise on the targets adds to L and not to ∇L, so that the distance goes further down.`,
    otherwise: "the curve of some θ would stay near 1 with many samples.",
    panels: byModel(rows, (own, title) => ({
      title,
      x: samplesAxis,
      y: distanceAxis,
      layers: situations.map(
        ({ theta }): Layer => ({
          kind: "points",
          series: theta,
          joined: true,
          points: meanPoints(where(own, { theta }), "samples", "distance"),
        }),
      ),
    })),
  };
}

/** μ beside the distance. */
export function withoutDecoupling(rows: readonly Row[]): Figure {
  return {
    id: "alignment-without-decoupling",
    title: "Alignment comes before decoupling",
    caption: `Loss alignment μ and the distance ‖Σ − 2L·G‖_F/‖2L·G‖_F at the initialisation, noiseless targets: mean over ${seedsIn(rows)} seeds with 95 % intervals. μ is near 1 at every n; the distance is small only with many samples.`,
    otherwise: "μ would lie near 0 where the distance is large, and rise only as that falls.",
    panels: byModel(rows, (own, title) => {
      const start = where(own, { theta: initial });
      return {
        title,
        x: samplesAxis,
        y: { label: "μ, and distance (dimensionless)", scale: "linear", domain: [0, 2] },
        layers: [
          { kind: "rule", series: "μ = 1", axis: "y", value: 1 },
          { kind: "points", series: "μ", joined: true, points: meanPoints(start, "samples", "alignment") },
          {
            kind: "points",
            series: "‖Σ − 2L·G‖",
            joined: true,
            points: meanPoints(start, "samples", "distance"),
          },
        ],
      };
    }),
  };
}

function byModel(rows: readonly Row[], panel: (own: readonly Row[], title: string) => Panel): Panel[] {
  return distinct<string>(rows, "model").map((model) => panel(where(rows, { model }), model));
}
