import type { Row } from "../experiment.ts";
import type { Figure, Layer, Panel } from "../figure.ts";
import { distinct, meanPoints, where } from "../rows.ts";
import { alongTraining, joined } from "./alongTraining.ts";
import { constantPlan, cyclePlans, gdAbove, leftAt, type Part, type Sizes } from "./setting.ts";

export function figures(rows: readonly Row[], shown: readonly Part[], sizes: Sizes): readonly Figure[] {
  if (shown.length === 0) return [];
  return [
    ...shown.map((part) => alongTraining(part, where(rows, { part }), sizes)),
    departures(rows, shown),
    tests(rows, shown),
  ];
}

function departures(rows: readonly Row[], shown: readonly Part[]): Figure {
  const panels = shown.map((part): Panel => {
    const own = where(rows, { part, kind: "departure" });
    const left = own.filter(({ share }) => share !== null);
    const sgd = where(own, { optimiser: "SGD" });
    return {
      title: part,
      x: { label: "number k of sharpest directions of G", scale: "log" },
      y: { label: "share of the squared displacement (dimensionless)", scale: "linear", domain: [0, 1.05] },
      layers: [
        {
          kind: "line",
          series: "theory: SGD, fastest-growing second moment",
          points: meanPoints(sgd, "count", "predicted").map(({ x, y }) => ({ x, y })),
        },
        joined("SGD", where(left, { optimiser: "SGD" }), "count", "share"),
        joined(gdAbove, where(left, { optimiser: gdAbove }), "count", "share"),
      ],
    };
  });
  return {
    id: "departure",
    title: "Where a large learning rate leads to: displacement by eigen-direction",
    caption: `Share of the squared displacement from the start that lies in the k sharpest eigen-directions of G at the start, when the loss has come to ${100 * leftAt} % of that of f = 0: mean over seeds with 95 % intervals. SGD at its large learning rate, GD above its edge 2/λ₁; below it GD does not leave. Theory: E wwᵀ as it grows fastest under the linearised SGD; it is carried by the runs that grow most, which single runs need not be.`,
    otherwise: "SGD's share would be near 1 from k = 1 on, as that of GD above its edge is.",
    panels,
  };
}

/** Against the run at the constant learning rate of the same seed: seeds differ by more than the schedules do. */
function tests(rows: readonly Row[], shown: readonly Part[]): Figure {
  const panels = shown.map((part): Panel => {
    const [field, label] =
      part === "diagonal network"
        ? (["testLoss", "change of the loss on new data, over that of f = 0"] as const)
        : (["testAccuracy", "change of the test accuracy"] as const);
    const own = where(rows, { part, kind: "along", optimiser: "SGD" }).filter(
      (row) => typeof row[field] === "number",
    );
    const constantRuns = where(own, { schedule: constantPlan });
    const changes = own.flatMap((row): Row[] =>
      where(constantRuns, { seed: row.seed as number, step: row.step as number }).map((other) => ({
        ...row,
        change: (row[field] as number) - (other[field] as number),
      })),
    );
    const last = Math.max(...distinct<number>(own, "step"));
    return {
      title: part,
      x: { label: "step", scale: "linear" },
      y: { label: `${label} (dimensionless)`, scale: "linear" },
      layers: [
        { kind: "rule", series: "SGD at the constant small learning rate", axis: "y", value: 0 },
        ...cyclePlans.map((schedule, k): Layer => {
          const points = meanPoints(where(changes, { schedule }), "step", "change");
          const apart = (k - 1) * 0.012 * last;
          return {
            kind: "points",
            series: schedule,
            joined: true,
            points: points.map((point) => ({ ...point, x: point.x + apart })),
          };
        }),
      ],
    };
  });
  return {
    id: "test",
    title: "What the flatter minima are worth on new data, SGD",
    caption:
      "Difference from the run at the constant small learning rate of the same seed, at the end of every cycle, where the learning rate is small, and at the end of the run: mean over seeds with 95 % intervals, the schedules drawn side by side. Below 0 is better for the loss, above 0 for the accuracy.",
    panels,
  };
}
