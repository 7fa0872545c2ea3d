import type { Row } from "../experiment.ts";
import type { Axis, Figure, Layer, Panel, Point } from "../figure.ts";
import { seedsIn } from "../layers.ts";
import { distinct, groups, mean, numbers, where } from "../rows.ts";
import { estimate } from "../verdict.ts";
import { fewest, initial, lookName, looks, low } from "./setting.ts";

const residualAxis: Axis = { label: "root mean square residual √(2L)", scale: "log" };
const lossAxis: Axis = { label: "loss over that of f = 0 (dimensionless)", scale: "log" };

/** From measurements of at least one look. */
export function figures(rows: readonly Row[]): readonly Figure[] {
  const seen = where(rows, { kind: "look" });
  const drawn = groups(seen, ["network", "targets", "theta"]).flatMap(({ rows: own }) =>
    own.length < fewest ? [] : own,
  );
  const place = `from the initialisation (right) along SGD to low loss (left), on ${distinct<string>(seen, "data").join("; ")}. Mean over seeds with 95 % intervals (${seedCounts(seen)}, at low loss those that came to it), losses by their geometric mean`;
  return [
    distance(drawn, place),
    alignments(drawn, place),
    subspaces(drawn, place),
    directions(where(rows, { kind: "direction" }), seen),
  ];
}

function distance(rows: readonly Row[], place: string): Figure {
  const low = rows.filter(({ theta }) => theta !== initial);
  const [residuals, distances] = [numbers(low, "residual"), numbers(low, "distance")];
  const factor = geometricMean(distances) / geometricMean(residuals);
  const reference: Layer = {
    kind: "line",
    series: "in proportion to √(2L)",
    points: endsOf(
      cases(rows).flatMap(({ rows: own }) => points(own, "residual", "distance", "").points),
    ).map((x) => ({ x, y: factor * x })),
  };
  const panel = (y: Axis, field: string, layers: readonly Layer[]): Panel => ({
    x: residualAxis,
    y,
    layers: [...layers, ...cases(rows).map(({ name, rows: own }) => points(own, "residual", field, name))],
  });
  return {
    id: "distance",
    title: "How far the Hessian is from the Gauss–Newton matrix, along training",
    caption: `First: ‖H − G‖_F/‖G‖_F; the line is what falls as the root mean square residual does, through the middle of the points after the initialisation. Second: the most negative eigenvalue of H, which neither G nor Σ has, over its largest. Both against √(2L), ${place}.`,
    otherwise:
      "the points would stay level, or fall more slowly than the line, as the residuals become small.",
    panels: [
      panel({ label: "‖H − G‖_F/‖G‖_F (dimensionless)", scale: "log" }, "distance", [reference]),
      panel({ label: "−λ_min(H)/λ_max(H) (dimensionless)", scale: "log" }, "negative", []),
    ],
  };
}

function alignments(rows: readonly Row[], place: string): Figure {
  return {
    id: "alignment",
    title: "Loss alignment measured with G and with the Hessian",
    caption: `C·Tr(ΣA)/(2L‖A‖_F²) with A = G, as μ is defined, and with A = H, against the loss, ${place}.`,
    otherwise: "the two curves would stay apart at the left, where the loss is low.",
    panels: cases(rows).map(({ name, rows: own }) => ({
      title: name,
      x: lossAxis,
      y: { label: "loss alignment (dimensionless)", scale: "linear" },
      layers: [
        { kind: "rule", series: "alignment 1", axis: "y", value: 1 },
        points(own, "lossShare", "alignmentG", "with G, μ"),
        points(own, "lossShare", "alignmentH", "with H"),
      ],
    })),
  };
}

function subspaces(rows: readonly Row[], place: string): Figure {
  return {
    id: "subspaces",
    title: "The sharpest directions of Σ, G and H",
    caption: `Mean squared cosine of the principal angles between the spaces of the k sharpest eigen-directions (k = ${distinct<number>(rows, "top").join(" or ")}); line: k/p, for random spaces. Share of noise: Tr(PΣ)/Tr Σ with P the space of H. Against the loss, ${place}.`,
    otherwise:
      "G and H would share no more of their sharpest directions at a low loss, to the left, than at the initialisation.",
    panels: cases(rows).map(({ name, rows: own }) => ({
      title: name,
      x: lossAxis,
      y: { label: "overlap, share (dimensionless)", scale: "linear", domain: [0, 1] },
      layers: [
        line(own, "lossShare", "overlapRandom", "random spaces, k/p"),
        points(own, "lossShare", "overlapGH", "G and H"),
        points(own, "lossShare", "overlapNoiseG", "Σ and G"),
        points(own, "lossShare", "overlapNoiseH", "Σ and H"),
        points(own, "lossShare", "noiseInH", "share of noise in that of H"),
      ],
    })),
  };
}

function directions(rows: readonly Row[], seen: readonly Row[]): Figure {
  const places = [initial, lookName(looks[1].share), lookName(low)];
  const shown = `${100 * looks[1].share} and ${100 * low} % of that of f = 0`;
  return {
    id: "along-the-hessian",
    title: "Noise along the sharpest directions of the Hessian",
    caption: `C·vᵀΣv/(2L) along each of the sharpest eigen-directions v of H against its eigenvalue vᵀHv, both geometric means over seeds (${seedCounts(seen)}), at the initialisation and at losses of ${shown}. On the line Σ = 2L·H/C; below it the noise is less than curvature and loss say.`,
    panels: cases(rows).map(({ name, rows: own }) => {
      const measured = places.map((theta) => ({
        theta,
        points: logPoints(where(own, { theta }), "direction", "curvature", "noise"),
      }));
      return {
        title: name,
        x: { label: "curvature vᵀHv (loss/parameter²)", scale: "log" },
        y: { label: "C·vᵀΣv/(2L) (same unit)", scale: "log" },
        layers: [
          {
            kind: "line",
            series: "Σ = 2L·H/C",
            points: endsOf(measured.flatMap(({ points: all }) => all)).map((x) => ({ x, y: x })),
          },
          ...measured.map(
            ({ theta, points: all }): Layer => ({ kind: "points", series: theta, joined: true, points: all }),
          ),
        ],
      };
    }),
  };
}

function cases(rows: readonly Row[]) {
  return groups(rows, ["network", "targets"]);
}

/** For each θ: the mean of y with its interval, at the geometric mean of x, in the order of x. */
function points(
  rows: readonly Row[],
  x: string,
  y: string,
  series: string,
): Extract<Layer, { kind: "points" }> {
  const all = distinct<string>(rows, "theta").map((theta): Point => {
    const own = where(rows, { theta });
    const { mean: middle, low: least, high } = estimate(numbers(own, y));
    return { x: geometricMean(numbers(own, x)), y: middle, low: least, high };
  });
  return { kind: "points", series, joined: true, points: all.sort((a, b) => a.x - b.x) };
}

function line(rows: readonly Row[], x: string, y: string, series: string): Layer {
  return { kind: "line", series, points: points(rows, x, y, series).points };
}

/** Geometric means of both, with the interval of y's; for each value of `by` at which all are positive. */
function logPoints(rows: readonly Row[], by: string, x: string, y: string): readonly Point[] {
  return distinct<number>(rows, by).flatMap((value): Point[] => {
    const own = where(rows, { [by]: value });
    if (own.length < fewest || !own.every((row) => (row[x] as number) > 0 && (row[y] as number) > 0))
      return [];
    const { mean: middle, low: least, high } = estimate(numbers(own, y).map(Math.log));
    const at = { x: geometricMean(numbers(own, x)), y: Math.exp(middle) };
    return [{ ...at, low: Math.exp(least), high: Math.exp(high) }];
  });
}

/** Least and largest x. */
function endsOf(all: readonly Point[]): readonly number[] {
  const x = all.map((point) => point.x);
  return x.length === 0 ? [] : [Math.min(...x), Math.max(...x)];
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(mean(values.map(Math.log)));
}

/** "12 to 20 seeds". */
function seedCounts(rows: readonly Row[]): string {
  const counts = cases(rows).map(({ rows: own }) => seedsIn(own));
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? `${least} seeds` : `${least} to ${most} seeds`;
}
