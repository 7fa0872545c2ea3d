import type { Row } from "../experiment.ts";
import type { Figure, Layer, Panel } from "../figure.ts";
import { seedsIn } from "../layers.ts";
import { sharpnessNames } from "../minima/sharpness.ts";
import { distinct, mean, meanPoints, numbers, where } from "../rows.ts";
import { estimate } from "../verdict.ts";
import { arrived } from "./farChecks.ts";
import { runName } from "./leavingFigures.ts";
import { leftAt, settledAt } from "./setting.ts";

/** The loss of single runs at the raised learning rate, beside the linearised runs. */
export function pathsFigure(rows: readonly Row[]): Figure {
  const paths = where(rows, { kind: "path" });
  return {
    id: "paths",
    title: "Out of the minimum: exponential growth ends near the loss of f = 0, and comes down",
    caption: `Loss of the network's own runs from θ* at a raised learning rate, over that of f = 0: geometric mean over ${seedsIn(paths)} networks (one run each) with 95 % bands. Lines called linearised: first order on the same batches, which goes on growing. Rule: ${leftAt}, where a run counts as gone.`,
    otherwise: "the curves would not rise, or would leave the linearised ones far below the rule.",
    panels: distinct<string>(paths, "subject").flatMap((subject) =>
      distinct<string>(paths, "optimiser").map((optimiser): Panel => {
        const own = where(paths, { subject, optimiser });
        return {
          title: `${subject}: ${optimiser}`,
          x: { label: "step t at the raised learning rate", scale: "linear" },
          y: { label: "loss over that of f = 0", scale: "log", domain: [1e-8, 1e3] },
          layers: [
            { kind: "rule", series: "gone", axis: "y", value: leftAt },
            ...distinct<number>(own, "factor").flatMap((factor) =>
              pathLayers(where(own, { factor }), runName(optimiser, factor)),
            ),
          ],
        };
      }),
    ),
  };
}

function pathLayers(rows: readonly Row[], series: string): readonly Layer[] {
  const points = meanPoints(rows, "time", "logLoss");
  const linear = meanPoints(rows, "time", "logLinear");
  return [
    {
      kind: "band",
      series,
      points: points.map(({ x, y, low, high }) => ({ x, low: 10 ** (low ?? y), high: 10 ** (high ?? y) })),
    },
    { kind: "line", series, points: points.map(({ x, y }) => ({ x, y: 10 ** y })) },
    {
      kind: "line",
      series: `${series}, linearised`,
      points: linear.filter(({ y }) => y < 4).map(({ x, y }) => ({ x, y: 10 ** y })),
    },
  ];
}

/** How sharp the minimum is that a run settles at, against its raised learning rate. */
export function sharpnessFigure(rows: readonly Row[]): Figure {
  const ends = where(rows, { kind: "end" }).filter(arrived);
  return {
    id: "sharpness",
    title: "The minimum that follows: SGD's is flatter, at a smaller learning rate",
    caption: `Sharpness of G where a run has settled again (loss at most ${settledAt} of that of f = 0, at the small η of the training), over that at θ*: mean over the networks whose run left and settled, with 95 % intervals. Lines, what the raised η lets stand: of λ_max under GD 2/η, and under SGD η*/η of everything, if all of G falls in proportion.`,
    otherwise: "SGD's points would lie as high as those of GD.",
    panels: distinct<string>(ends, "subject").flatMap((subject) =>
      Object.entries(sharpnessNames).map(([measure, symbol]): Panel => {
        const own = where(ends, { subject });
        const ofRun = (optimiser: string) =>
          distinct<number>(where(own, { optimiser }), "factor").map((factor) => {
            const runs = where(own, { optimiser, factor });
            const { mean: y, low, high } = estimate(numbers(runs, measure));
            return { x: mean(numbers(runs, "rate")), y, low, high, factor };
          });
        const stands = (optimiser: string): Layer => ({
          kind: "line",
          series: `${optimiser}: what η lets stand`,
          points: ofRun(optimiser).map(({ x, factor }) => ({ x, y: 1 / factor })),
        });
        return {
          title: `${subject}: ${symbol}`,
          x: { label: "raised η in units of 2/λ₁ at θ*", scale: "linear", domain: [0, 1.5] },
          y: { label: `${symbol} over that at θ*`, scale: "linear", domain: [0, 1.1] },
          layers: [
            ...(measure === "lambdaMax" ? [stands("GD")] : []),
            stands("SGD"),
            ...["SGD", "GD"].map(
              (optimiser): Layer => ({
                kind: "points",
                series: optimiser,
                points: ofRun(optimiser).map(({ factor: _, ...point }) => point),
              }),
            ),
          ],
        };
      }),
    ),
  };
}
