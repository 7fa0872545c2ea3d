import type { Row } from "../experiment.ts";
import type { Figure, Layer, Panel } from "../figure.ts";
import { meanPoints, where } from "../rows.ts";
import { plans } from "./plans.ts";
import {
  belowEdge,
  constantPlan,
  cyclePlans,
  gdAbove,
  type Part,
  type Sizes,
  stepsOf,
  trainingOf,
} from "./setting.ts";

/** A column for every schedule: λ_max, Tr G, and beneath them the learning rate on the same axis. */
export function alongTraining(part: Part, rows: readonly Row[], sizes: Sizes): Figure {
  const training = trainingOf(part, sizes);
  const relative = overStart(where(rows, { kind: "along" }), where(rows, { kind: "start" }));
  const x = { label: "step", scale: "linear", domain: [0, stepsOf(training)] } as const;
  const constantRuns = where(relative, { optimiser: "SGD", schedule: constantPlan });
  const runs = [
    { series: "GD, the same cycles", optimiser: "GD" },
    { series: `${gdAbove} 2/λ₁, cycles`, optimiser: gdAbove },
    { series: "SGD, cycles", optimiser: "SGD" },
  ];
  const sharpness = (field: string, label: string) =>
    cyclePlans.map(
      (schedule): Panel => ({
        title: schedule,
        x,
        y: { label, scale: "linear", domain: [0, 1.2] },
        layers: [
          ...runs.flatMap(({ series, optimiser }) => {
            const own = where(relative, { schedule, optimiser });
            return own.length > 0 ? [joined(series, own, "step", field)] : [];
          }),
          // over the markers of GD, with which it coincides
          {
            kind: "line",
            series: "SGD, constant small learning rate",
            points: meanPoints(constantRuns, "step", field).map(({ x: step, y }) => ({ x: step, y })),
          },
        ],
      }),
    );
  const rates = plans(training, training);
  const thinned = Array.from({ length: 401 }, (_, k) => Math.round((k * stepsOf(training)) / 400));
  return {
    id: `sharpness-${part.replace(" ", "-")}`,
    title: `Sharpness along training, ${part}`,
    caption: `Mean over ${training.seeds} seeds (GD: ${training.gradientDescent.seeds}), less the runs that ended at no minimum, with 95 % intervals, of the sharpness of G over that at the seed's own start. Beneath, on the same axis, the learning rate of the cycles in units of η*, SGD's exact stability threshold at the start (less where GD's edge is near: never above ${belowEdge}·2/λ₁); the constant one is the lower end. Every run ends at the small learning rate.`,
    otherwise:
      "SGD under cycles would stay at 1, as at the constant small learning rate, or GD under the same cycles would come down with it.",
    panels: [
      ...sharpness("lambdaMax", "λ_max(G) over its start (dimensionless)"),
      ...sharpness("trace", "Tr G over its start (dimensionless)"),
      ...cyclePlans.map(
        (schedule): Panel => ({
          title: schedule,
          x,
          y: { label: "learning rate over η* (dimensionless)", scale: "linear", domain: [0, 2] },
          layers: [
            { kind: "rule", series: "η*", axis: "y", value: 1 },
            {
              kind: "line",
              series: "learning rate",
              points: thinned.map((step) => ({ x: step, y: rates.get(schedule)?.(step) ?? Number.NaN })),
            },
          ],
        }),
      ),
    ],
  };
}

/** Means over seeds, joined. */
export function joined(series: string, rows: readonly Row[], x: string, field: string): Layer {
  return { kind: "points", series, joined: true, points: meanPoints(rows, x, field) };
}

/** Sharpness in units of that of the seed's start. */
function overStart(rows: readonly Row[], starts: readonly Row[]): readonly Row[] {
  return rows.map((row) => {
    const [start] = where(starts, { seed: row.seed as number });
    return {
      ...row,
      lambdaMax: (row.lambdaMax as number) / (start.lambdaMax as number),
      trace: (row.trace as number) / (start.trace as number),
    };
  });
}
