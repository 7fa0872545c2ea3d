import type { Row } from "../experiment.ts";
import type { Figure, Layer, Panel } from "../figure.ts";
import { distinct, mean, meanPoints, numbers, where } from "../rows.ts";
import { designs, type Sizes, situations } from "./setting.ts";

export function figures(rows: readonly Row[], size: Sizes): readonly Figure[] {
  return [
    ...[...designs(size.dimension).keys()].map((inputs, index) =>
      alongSpectrum(where(rows, { kind: "slice", inputs }), inputs, index, size),
    ),
    extremes(where(rows, { kind: "summary", theta: situations[0].theta }), size),
  ];
}

/** n below d in the left column, n ≫ d log d in the right one. */
function alongSpectrum(rows: readonly Row[], inputs: string, index: number, size: Sizes): Figure {
  const panels = distinct<string>(rows, "model").flatMap((model) =>
    size.profiles.map((samples): Panel => {
      const own = where(rows, { model, samples });
      return {
        title: `${model}, n = ${samples}`,
        x: { label: "eigen-direction k/rank, sharpest first", scale: "linear", domain: [0, 1] },
        y: { label: "directional alignment g (dimensionless)", scale: "linear", domain: [0, 3] },
        layers: [
          band(where(own, { theta: situations[0].theta })),
          { kind: "rule", series: "1 − 1/n", axis: "y", value: 1 - 1 / samples },
          ...theory(where(own, { theta: situations[0].theta })),
          ...distinct<string>(own, "theta").map(
            (theta): Layer => ({
              kind: "points",
              series: theta,
              joined: true,
              points: meanPoints(where(own, { theta }), "position", "covariance"),
            }),
          ),
        ],
      };
    }),
  );
  return {
    id: `g-along-the-spectrum-${index + 1}`,
    title: `Directional alignment along the spectrum, ${inputs} inputs`,
    caption: `g(v_k) averaged over slices of the spectrum of the Gauss–Newton matrix, d = ${size.dimension}, inputs ${inputs}: mean over ${size.seeds} seeds with 95 % intervals. Band: from the smallest to the largest g in the slice, mean over seeds, at the initialisation. Theory: the closed form as n → ∞ along the same eigenvectors, at the initialisation.`,
    otherwise:
      "with many samples some stretch of the spectrum would stay well below 1, and the band would stay wide.",
    panels,
  };
}

function band(rows: readonly Row[]): Layer {
  return {
    kind: "band",
    series: "smallest to largest in the slice",
    points: distinct<number>(rows, "position").map((x) => {
      const own = where(rows, { position: x });
      return { x, low: mean(numbers(own, "least")), high: mean(numbers(own, "largest")) };
    }),
  };
}

function theory(rows: readonly Row[]): readonly Layer[] {
  const known = rows.filter(({ closedForm }) => closedForm !== null);
  if (known.length === 0) return [];
  const points = meanPoints(known, "position", "closedForm").map(({ x, y }) => ({ x, y }));
  return [{ kind: "line", series: "theory: closed form, n → ∞", points }];
}

function extremes(summaries: readonly Row[], size: Sizes): Figure {
  const shown: readonly [field: string, series: string][] = [
    ["largest", "largest g(v_k)"],
    ["random", "random directions, mean g"],
    ["least", "smallest g(v_k)"],
  ];
  const relative = summaries.map((row): Row => ({ ...row, ratio: (row.samples as number) / size.dimension }));
  const panels = distinct<string>(relative, "model").flatMap((model) =>
    distinct<string>(relative, "inputs").map(
      (inputs): Panel => ({
        title: `${model}, ${inputs}`,
        x: { label: "samples over dimension n/d", scale: "log" },
        y: { label: "directional alignment g (dimensionless)", scale: "linear" },
        layers: [
          { kind: "rule", series: "g = 1", axis: "y", value: 1 },
          { kind: "rule", series: "n = d", axis: "x", value: 1 },
          { kind: "rule", series: "n = d log d", axis: "x", value: Math.log(size.dimension) },
          ...shown.map(
            ([field, series]): Layer => ({
              kind: "points",
              series,
              joined: true,
              points: meanPoints(where(relative, { model, inputs }), "ratio", field),
            }),
          ),
        ],
      }),
    ),
  );
  return {
    id: "extremes-against-n",
    title: "The extreme eigen-directions against the number of samples",
    caption: `Smallest and largest g(v_k) over all eigen-directions of the Gauss–Newton matrix, and the mean over random directions, at the initialisation with noiseless targets, d = ${size.dimension}: mean over ${size.seeds} seeds with 95 % intervals.`,
    otherwise: "the smallest g would not rise towards 1, however far n goes beyond d log d.",
    panels,
  };
}
