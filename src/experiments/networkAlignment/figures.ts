import type { Row } from "../experiment.ts";
import type { Axis, Figure, Layer, Panel, Point } from "../figure.ts";
import { distinct, mean, numbers, where } from "../rows.ts";
import { estimate } from "../verdict.ts";
import { entropyLoss, fewest, imageNames, initial, looks, oneHotLoss, scalarLoss } from "./setting.ts";

const lossAxis: Axis = { label: "loss over that of f = 0 (dimensionless)", scale: "log" };
const isotropicNoise = "isotropic noise of the same trace";
const bars = "Mean over seeds with 95 % intervals";

/** From measurements of at least one look. */
export function figures(rows: readonly Row[]): readonly Figure[] {
  const seen = where(rows, { kind: "look" });
  const two = where(seen, { loss: scalarLoss });
  const others = seen.filter(({ loss }) => loss !== scalarLoss);
  return [
    ...(two.length > 0
      ? [
          alongTraining(two),
          ...againstParameters(two),
          alongSpectrum(where(where(rows, { kind: "band" }), { loss: scalarLoss }), two),
        ]
      : []),
    ...(others.length > 0 ? [otherLosses(others)] : []),
  ];
}

function alongTraining(rows: readonly Row[]): Figure {
  return {
    id: "along-training",
    title: "Loss alignment along training, scalar targets",
    caption: `μ against the loss over that of f = 0: at the initialisation (right), where it is first at most ${looks.map(({ share }) => `${100 * share} %`).join(", ")}, or where the steps end; looks that fewer than ${fewest} runs came to are left out. ${bars} (${seedCounts(rows)}), losses by their geometric mean; of networks of several widths the middle one. Line: μ₁, with Σ₁ in place of Σ, over the data sets; what lies between is the mean gradient's. Isotropic noise of the same trace would lie within the width of the lower axis.`,
    otherwise: "μ would fall to the lower axis, where isotropic noise lies, somewhere along training.",
    panels: distinct<string>(rows, "network").map((network): Panel => {
      const own = middleWidth(where(rows, { network }));
      const sets = distinct<string>(own, "data");
      return {
        title: network,
        x: lossAxis,
        y: { label: "loss alignment μ (dimensionless)", scale: "linear", domain: [0, 2] },
        layers: [
          { kind: "rule", series: "μ = 1", axis: "y", value: 1 },
          line(own, "lossShare", "secondMoment", "μ₁, mean"),
          ...sets.map(
            (data): Layer => points(where(own, { data }), "lossShare", "alignment", `μ, ${imageNames[data]}`),
          ),
        ],
      };
    }),
  };
}

function againstParameters(rows: readonly Row[]): readonly Figure[] {
  const networks = distinct<string>(rows, "network").filter(
    (network) => distinct(where(rows, { network }), "width").length > 1,
  );
  if (networks.length === 0) return [];
  const shown = rows.filter(({ network }) => networks.includes(network as string));
  return [
    {
      id: "against-parameters",
      title: "Loss alignment against the number of parameters, on the same images",
      caption: `μ against p for networks of several widths on the same images of ${distinct<string>(
        severalWidths(shown),
        "data",
      )
        .map((data) => imageNames[data])
        .join(
          " and ",
        )} with targets ±1. ${bars} (${seedCounts(severalWidths(shown))}). Isotropic noise: mean over the θ shown; it falls as 1/p.`,
      otherwise: "the points would fall as p grows, in parallel with the line of isotropic noise.",
      panels: networks.flatMap((network): Panel[] => {
        const own = severalWidths(where(rows, { network }));
        const x = { label: "parameters p", scale: "log" } as const;
        const measured = distinct<string>(own, "theta").map(
          (theta): Layer => points(where(own, { theta }), "parameters", "alignment", theta, "parameters"),
        );
        const one: Layer = { kind: "rule", series: "μ = 1", axis: "y", value: 1 };
        return [
          {
            title: network,
            x,
            y: { label: "loss alignment μ (dimensionless)", scale: "log" },
            layers: [one, ...measured, line(own, "parameters", "isotropic", isotropicNoise, "parameters")],
          },
          {
            title: `${network}, near 1`,
            x,
            y: { label: "loss alignment μ (dimensionless)", scale: "linear", domain: [0, 2] },
            layers: [one, ...measured],
          },
        ];
      }),
    },
  ];
}

/** Bands of the spectrum. */
function alongSpectrum(bands: readonly Row[], looks: readonly Row[]): Figure {
  return {
    id: "along-the-spectrum",
    title: "Directional alignment along the spectrum of G, scalar targets",
    caption: `g(P) in bands of 1, 2, 4, 8, … eigen-directions of G, the sharpest at the right, against their mean eigenvalue, and g along random directions, whose curvature is Tr G/p. ${bars} (${seedCounts(bands)}), eigenvalues by their geometric mean; the first data set, and of networks of several widths the middle one. Isotropic noise: mean over the θ shown; noise in proportion to the curvature is level.`,
    otherwise:
      "the points would fall to the right with the line of isotropic noise: no more noise where the curvature is larger.",
    panels: distinct<string>(bands, "network").map((network): Panel => {
      const data = distinct<string>(where(bands, { network }), "data")[0];
      const own = middleWidth(where(bands, { network, data }));
      const random = middleWidth(where(looks, { network, data }));
      return {
        title: `${network}, ${imageNames[data]}`,
        x: { label: "curvature over λ₁ (dimensionless)", scale: "log" },
        y: { label: "directional alignment g (dimensionless)", scale: "log" },
        layers: [
          { kind: "rule", series: "g = 1", axis: "y", value: 1 },
          line(own, "curvature", "isotropic", isotropicNoise, "band"),
          ...distinct<string>(own, "theta").map(
            (theta): Layer => points(where(own, { theta }), "curvature", "directional", theta, "band"),
          ),
          points(
            random.filter(({ theta }) => theta !== initial),
            "randomCurvature",
            "random",
            "random directions, along training",
          ),
        ],
      };
    }),
  };
}

function otherLosses(rows: readonly Row[]): Figure {
  return {
    id: "other-losses",
    title: "Loss alignment along training, one-hot targets and cross-entropy",
    caption: `Ten classes. One-hot targets: C·μ. Cross-entropy: μ with the normaliser 2L of the square loss, for want of another, and Tr(ΣG)/‖G‖_F², which is 1 for labels drawn from the model's own probabilities. Each against the loss over that of f = 0, from the initialisation (right) to the last look. ${bars} (${seedCounts(rows)}), losses by their geometric mean.`,
    panels: [oneHotLoss, entropyLoss].flatMap((loss) =>
      distinct<string>(where(rows, { loss }), "network").map((network): Panel => {
        const own = where(rows, { loss, network });
        const entropic = loss === entropyLoss;
        const measured = entropic ? "μ, 2L by name only" : "C·μ";
        return {
          title: `${network}, ${imageNames[own[0].data as string]}, ${loss}`,
          x: lossAxis,
          y: { label: "alignment (dimensionless)", scale: "log" },
          layers: [
            { kind: "rule", series: "alignment 1", axis: "y", value: 1 },
            points(own, "lossShare", "alignment", measured),
            ...(entropic ? [points(own, "lossShare", "fisher", "Tr(ΣG)/‖G‖_F²")] : []),
            line(own, "lossShare", "isotropic", isotropicNoise),
          ],
        };
      }),
    ),
  };
}

/** For each value of `by` that runs enough have: the mean of y over its rows with its interval, at the geometric mean of x, in the order of x. */
function points(
  rows: readonly Row[],
  x: string,
  y: string,
  series: string,
  by = "theta",
): Extract<Layer, { kind: "points" }> {
  const all = distinct<string>(rows, by).flatMap((value): Point[] => {
    const own = where(rows, { [by]: value });
    if (distinct(own, "seed").length < fewest) return [];
    const { mean: middle, low, high } = estimate(numbers(own, y));
    const at = geometricMean(numbers(own, x));
    return [{ x: at, y: middle, low, high }];
  });
  return { kind: "points", series, joined: true, points: all.sort((a, b) => a.x - b.x) };
}

function line(rows: readonly Row[], x: string, y: string, series: string, by?: string): Layer {
  return {
    kind: "line",
    series,
    points: points(rows, x, y, series, by).points.map((point) => ({ x: point.x, y: point.y })),
  };
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(mean(values.map(Math.log)));
}

/** One width of each data set: the middle one. */
function middleWidth(rows: readonly Row[]): readonly Row[] {
  return distinct<string>(rows, "data").flatMap((data) => {
    const own = where(rows, { data });
    const widths = [...distinct<number>(own, "width")].sort((a, b) => a - b);
    return where(own, { width: widths[widths.length >> 1] });
  });
}

/** Of the data sets with more than one. */
function severalWidths(rows: readonly Row[]): readonly Row[] {
  return rows.filter(
    ({ network, data }) =>
      distinct(where(rows, { network: network as string, data: data as string }), "width").length > 1,
  );
}

/** "6 to 20 seeds". */
function seedCounts(rows: readonly Row[]): string {
  const counts = distinct<string>(rows, "network").flatMap((network) =>
    distinct<string>(where(rows, { network }), "data").map(
      (data) => distinct(where(rows, { network, data }), "seed").length,
    ),
  );
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? `${least} seeds` : `${least} to ${most} seeds`;
}
