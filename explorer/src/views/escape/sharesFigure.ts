import type { Figure, Layer, Point } from "../../../../src/experiments/figure.ts";
import { isDefined, type Undefined } from "../../../../src/geometry/undefined.ts";
import type { Escape, Numbers } from "./numbers.ts";
import { populations, type SimulatedMean } from "./simulation.ts";

/** D_k(t) of SGD with all that is known of it, and of GD. */
export function sharesFigure(numbers: Numbers, mean: SimulatedMean | undefined): Figure {
  const { settings, sgd, decoupled, descent, bound } = numbers;
  const { k, count } = settings;
  const simulated = (mean?.times ?? []).flatMap((x, index): Point[] => {
    const value = mean?.flatOverSharp[index];
    if (!value || !isDefined(value) || !(value.value > 0)) return [];
    const { interval } = value;
    return isDefined(interval) ? [{ x, y: value.value, low: interval.low, high: interval.high }] : [];
  });
  const limit: readonly Layer[] =
    isDefined(sgd.limit) && sgd.limit > 0
      ? [{ kind: "rule", series: `D_${k}(∞)`, axis: "y", value: sgd.limit }]
      : [];
  return {
    id: "flat-over-sharp",
    title: `D_${k}(t): the loss of the flat directions over that of the ${k === 1 ? "sharpest" : `${k} sharpest`}`,
    caption:
      `From w_0 ~ N(0, I). Points: SGD, mean over ${count} trajectories in ${populations} populations with 95 % intervals, left out where too few of them carry the mean. ` +
      `Lines: the exact second moment of this data set, that under noise Σ = 2L·G, and GD at η = ${descent.learningRate.toPrecision(3)}, which may leave the frame. ` +
      `Paper's bound: Σ_{i>k} λ_i²/Σ_{i≤k} λ_i², for batches of one, up to a constant.`,
    panels: [
      {
        x: { label: "step t", scale: "linear", domain: [0, settings.steps] },
        y: { label: `D_${k}(t) (dimensionless)`, scale: "log", domain: frame(numbers) },
        layers: [
          { kind: "rule", series: "paper's bound", axis: "y", value: bound },
          ...limit,
          // the colours of the picture: SGD's first, GD's second
          { kind: "line", series: "SGD, exact", points: curve(sgd) },
          { kind: "line", series: "GD", points: curve(descent) },
          { kind: "line", series: "Σ = 2L·G", points: curve(decoupled) },
          { kind: "points", series: "SGD, simulated", points: simulated },
        ],
      },
    ],
  };
}

function curve({ flatOverSharp }: Escape): readonly { readonly x: number; readonly y: number }[] {
  return flatOverSharp.flatMap((y, x) => (isPositive(y) ? [{ x, y }] : []));
}

const isPositive = (value: number | Undefined): value is number => isDefined(value) && value > 0;

/** All of SGD's, and two decades more for GD on its way to 0 or beyond. */
function frame({ sgd, decoupled, descent, bound }: Numbers): [number, number] {
  const own = [...sgd.flatOverSharp, ...decoupled.flatOverSharp, sgd.limit, decoupled.limit, bound].filter(
    isPositive,
  );
  const [low, high] = [Math.min(...own), Math.max(...own)];
  const others = descent.flatOverSharp.filter(isPositive);
  return [
    Math.max(Math.min(low, ...others), low / 100) / 1.5,
    Math.min(Math.max(high, ...others), high * 100) * 1.5,
  ];
}
