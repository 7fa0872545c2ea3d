import type { Row } from "../experiment.ts";
import type { Figure, Layer, Panel, Point } from "../figure.ts";
import { meanLine, seedsIn } from "../layers.ts";
import { distinct, mean, meanPoints, numbers, where } from "../rows.ts";
import { arms } from "./setting.ts";

const stepAxis = { label: "step t", scale: "linear" } as const;

/** The loss of the network's runs against the step. */
export function lossAgainstStep(rows: readonly Row[]): Figure {
  return {
    id: "loss-against-step",
    title: "The network's own loss as it leaves, and what first order says",
    caption: `Mean loss of the network over runs, in units of that at the start: geometric mean over ${seedsIn(rows)} seeds with 95 % intervals. Lines: exact second moment of the linearised problem, from its Gram matrix.`,
    otherwise:
      "SGD's points would not rise, or the points would leave the lines of first order from the start.",
    panels: byModel(rows, (own) => ({
      x: stepAxis,
      y: { label: "loss in units of the start (factor)", scale: "log" },
      layers: Object.values(arms).flatMap((arm): Layer[] => {
        const ofArm = where(own, { arm });
        return [
          {
            kind: "line",
            series: `${arm}: first order`,
            points: meanPoints(ofArm, "time", "exactLogLoss").map(exponential),
          },
          {
            kind: "points",
            series: `${arm}: network`,
            points: meanPoints(ofArm, "time", "logLoss").map(exponential),
          },
        ];
      }),
    })),
  };
}

/** Which directions the loss has grown in. */
export function sharesByDirection(rows: readonly Row[]): Figure {
  const leaving = [arms.sgd, arms.gradientDescent];
  return {
    id: "share-by-direction",
    title: "SGD leaves along flatter directions too, GD along the sharpest alone",
    caption: `Share of the loss by eigen-direction of G at the last step: mean over ${seedsIn(rows)} seeds with 95 % intervals for the network itself; lines: exact, from the Gram matrix.`,
    otherwise: "SGD's points would lie with those of GD: all of the loss in the sharpest direction.",
    panels: byModel(rows, (own) => ({
      x: { label: "eigen-direction of G, sharpest first", scale: "linear" },
      y: { label: "share of the loss (dimensionless)", scale: "linear", domain: [-0.05, 1.05] },
      layers: leaving.flatMap((arm): Layer[] => {
        const ofArm = where(own, { arm }).filter((row) => (row.direction as number) <= 10);
        return [
          meanLine(ofArm, "direction", "exactShare", `${arm}: first order`),
          {
            kind: "points",
            series: `${arm}: network`,
            points: meanPoints(ofArm, "direction", "share"),
          },
        ];
      }),
    })),
  };
}

/** The displacement along u₁ against the step. */
export function sharpestAgainstStep(rows: readonly Row[]): Figure {
  const leaving = [arms.sgd, arms.gradientDescent];
  return {
    id: "sharpest-share-against-step",
    title: "Displacement along the sharpest direction",
    caption: `u₁ᵀE[wwᵀ]u₁/E‖w‖² of the network's displacement w from its minimum: mean over ${seedsIn(rows)} seeds with 95 % intervals; lines: exact, from the Gram matrix.`,
    otherwise: "SGD's points would rise to 1 with those of GD.",
    panels: byModel(rows, (own) => ({
      x: stepAxis,
      y: { label: "share of squared displacement", scale: "linear", domain: [-0.05, 1.05] },
      layers: leaving.flatMap((arm): Layer[] => {
        const ofArm = where(own, { arm });
        return [
          meanLine(ofArm, "time", "exactDisplacedSharpest", `${arm}: first order`),
          {
            kind: "points",
            series: `${arm}: network`,
            points: meanPoints(ofArm, "time", "displacedSharpest"),
          },
        ];
      }),
    })),
  };
}

/** How far a run is from the linearised one, against its loss. */
export function firstOrderReach(rows: readonly Row[]): Figure {
  return {
    id: "first-order-reach",
    title: "How far from the minimum first order holds",
    caption: `‖w − w'‖/‖w'‖ of single runs of SGD and linearised runs w' on the same batches, when the linearised loss first comes to each power of ten: geometric mean over ${seedsIn(rows)} seeds with 95 % intervals. Line: the root of the loss, as second-order terms grow, through the points below 10⁻⁴.`,
    otherwise:
      "the points would not fall with the loss: first order would be wrong however near the minimum is.",
    panels: byModel(rows, (own) => {
      const points = distinct<number>(own, "decade")
        .toSorted((a, b) => a - b)
        .map((decade) => {
          const ofDecade = where(own, { decade });
          const logs = distinct<number>(ofDecade, "seed").map((seed) => ({
            decade,
            log: mean(numbers(where(ofDecade, { seed }), "deviation").map(Math.log)),
          }));
          return { ...exponential(meanPoints(logs, "decade", "log")[0]), x: 10 ** decade };
        });
      const small = points.filter(({ x }) => x <= 1.5e-4);
      const offset = mean(small.map(({ x, y }) => Math.log(y) - Math.log(x) / 2));
      return {
        x: { label: "loss in units of that of f = 0", scale: "log" },
        y: { label: "relative distance from the linearised run", scale: "log" },
        layers: [
          {
            kind: "line",
            series: "∝ √L",
            points: points.map(({ x }) => ({ x, y: Math.exp(offset) * Math.sqrt(x) })),
          },
          { kind: "points", series: "network against linearised", points },
        ],
      };
    }),
  };
}

function byModel(rows: readonly Row[], panel: (own: readonly Row[]) => Panel): readonly Panel[] {
  return distinct<string>(rows, "model").map((model) => ({ title: model, ...panel(where(rows, { model })) }));
}

/** A point whose y is a logarithm, as what it is the logarithm of. */
function exponential({ x, y, low, high }: Point): Point {
  return { x, y: Math.exp(y), low: Math.exp(low ?? y), high: Math.exp(high ?? y) };
}
