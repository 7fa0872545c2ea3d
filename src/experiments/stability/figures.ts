import type { Row } from "../experiment.ts";
import type { Figure, Layer, Panel } from "../figure.ts";
import { meanLine, seedsIn } from "../layers.ts";
import { distinct, meanPoints, perSeed, where } from "../rows.ts";
import { leavingFactor } from "./setting.ts";

const rateAxis = { label: "learning rate η/η* (dimensionless)", scale: "linear" } as const;
const threshold: Layer = { kind: "rule", series: "η*", axis: "x", value: 1 };

/** Growth of the mean square and of typical runs against η, for every model and batch. */
export function growthAgainstRate(rows: readonly Row[]): Figure {
  const panels = distinct<string>(rows, "model").flatMap((model) =>
    distinct<string>(rows, "draw").map((draw): Panel => {
      const own = where(rows, { model, draw });
      return {
        title: `${model}; ${draw}`,
        x: rateAxis,
        y: { label: "growth a step (factor)", scale: "log" },
        layers: [
          threshold,
          { kind: "rule", series: "growth 1", axis: "y", value: 1 },
          meanLine(own, "factor", "exact", "exact ρ of the mean square"),
          meanLine(own, "factor", "gradientDescent", "GD at the same η, exact"),
          {
            kind: "points",
            series: "‖w‖² of a typical run, simulated",
            points: meanPoints(own, "factor", "typicalGrowth"),
          },
          { kind: "points", series: "mean square, simulated", points: meanPoints(own, "factor", "measured") },
        ],
      };
    }),
  );
  return {
    id: "growth-against-rate",
    title: "Mean-square growth crosses 1 at η*, typical growth later",
    caption: `Points: mean over ${seedsIn(rows)} seeds with 95 % intervals, of the mean square on a population, and of single runs, exp of the mean logarithm. Lines: exact, mean over the same seeds.`,
    otherwise: "the diamonds would cross growth 1 elsewhere than at η*.",
    panels,
  };
}

/** Share of single runs that leave against η. */
export function leavingAgainstRate(rows: readonly Row[]): Figure {
  const panels = distinct<string>(rows, "model").map((model): Panel => {
    const own = where(rows, { model });
    const network = own.filter((row) => typeof row.networkLeft === "number");
    return {
      title: model,
      x: rateAxis,
      y: { label: "share of runs that leave (dimensionless)", scale: "linear", domain: [-0.05, 1.05] },
      layers: [
        threshold,
        { kind: "rule", series: `1/${leavingFactor}: most below η*`, axis: "y", value: 1 / leavingFactor },
        ...distinct<string>(rows, "draw").map(
          (draw): Layer => ({
            kind: "points",
            series: draw,
            joined: true,
            points: meanPoints(where(own, { draw }), "factor", "left"),
          }),
        ),
        ...(network.length === 0
          ? []
          : [
              {
                kind: "points",
                series: "the network itself, all B",
                points: meanPoints(perSeedAt(network), "factor", "networkLeft"),
              } as const,
            ]),
      ],
    };
  });
  return {
    id: "runs-that-leave",
    title: "Single runs that leave the minimum",
    caption: `A run leaves when wᵀMw reaches ${leavingFactor} times its start, with M the second moment that grows at rate ρ. Mean share over ${seedsIn(rows)} seeds with 95 % intervals. Below η* at most 1/${leavingFactor} of runs may (Doob's inequality). The network's own runs are fewer steps long.`,
    otherwise: `more than 1 run in ${leavingFactor} would leave below η*.`,
    panels,
  };
}

/** One row a seed and factor, the mean over the batches. */
function perSeedAt(rows: readonly Row[]): readonly Row[] {
  return distinct<number>(rows, "factor").flatMap((factor) =>
    perSeed(where(rows, { factor }), "networkLeft").map((networkLeft) => ({ factor, networkLeft })),
  );
}

/** η* and its upper bounds against B. */
export function againstBatch(rows: readonly Row[]): Figure {
  const panels = distinct<string>(rows, "model").flatMap((model) =>
    [true, false].map((replacement): Panel => {
      const own = where(rows, { model, replacement });
      const noisy = own.filter((row) => typeof row.certified === "number");
      return {
        title: `${model}; ${replacement ? "with" : "without"} replacement`,
        x: { label: "batch size B", scale: "log" },
        y: { label: "learning rate in units of 2/λ₁", scale: "log" },
        layers: [
          { kind: "rule", series: "GD: 2/λ₁", axis: "y", value: 1 },
          meanLine(own, "batchSize", "isotropic", "necessary: isotropic"),
          meanLine(own, "batchSize", "sharpestDirection", "necessary: sharpest direction"),
          meanLine(noisy, "batchSize", "certified", "alignment bound, least μ"),
          meanLine(noisy, "batchSize", "typical", "alignment bound, μ of a random w (no proof)"),
          { kind: "points", series: "η*, exact", points: meanPoints(own, "batchSize", "threshold") },
        ],
      };
    }),
  );
  return {
    id: "threshold-against-batch",
    title: "The exact threshold and what bounds it from above",
    caption: `Points: mean over ${seedsIn(rows)} seeds with 95 % intervals. Alignment bound: √(1/(cμ))/‖G‖_F with c = 1/B, or (n−B)/(B(n−1)) without replacement, and the least μ over all residuals that the model can have near the minimum; there is none at B = n without replacement, which is GD.`,
    otherwise: "a cross would lie above a bound that is proven.",
    panels,
  };
}
