import type { Row } from "../experiment.ts";
import type { Figure, Layer, Panel, Point } from "../figure.ts";
import { distinct, mean, meanPoints, numbers, where } from "../rows.ts";
import { descentRate, paths, type Sizes, sharpest, steps } from "./setting.ts";

const timeAxis = { label: "step t", scale: "linear" } as const;
/** The case that stands for the claim. */
const shown = steps[2];
const drawn = "power law 1/k";

export function figures(rows: readonly Row[], sizes: Sizes): readonly Figure[] {
  return [
    flatOverSharp(rows, sizes),
    byStep(rows, sizes),
    growthAgainstBeta(where(rows, { kind: "growth", batchSize: 1 }), sizes),
    alongPaths(where(rows, { kind: "path", spectrum: drawn })),
  ];
}

/** D_1(t) of SGD with all that is known of it, and of GD. */
function flatOverSharp(rows: readonly Row[], { seeds }: Sizes): Figure {
  return {
    id: "flat-over-sharp",
    title: "The loss of the flat directions over that of the sharpest, as SGD and GD leave",
    caption: `D_1(t) from w_0 ~ N(0, I). SGD: batches of one, η = ${shown.beta}/‖G‖_F; points: simulated, mean over ${seeds} seeds with 95 % intervals; lines: the exact second moment of the finite data set, and that under noise Σ = 2L·G. Paper's bound: Σ_{i>1}λ_i²/λ₁². GD: η = ${descentRate}·2/λ₁, simulated, on its way to 0 beyond the frame. Lines are means over the same seeds.`,
    otherwise: "SGD's points would fall to 0 with the line of GD, instead of staying near the paper's bound.",
    panels: distinct<string>(rows, "spectrum").map((spectrum) => {
      const own = where(rows, { kind: "share", spectrum, ...shown, k: 1 });
      const last = Math.max(...numbers(own, "time"));
      const descent = where(rows, { kind: "descent", spectrum }).filter(
        ({ time }) => (time as number) <= last,
      );
      return {
        title: spectrum,
        x: timeAxis,
        y: { label: "D_1(t) (dimensionless)", scale: "log", domain: [0.01, 20] },
        layers: [
          line("paper's bound", own, "bound"),
          line("Σ = 2L·G", own, "decoupled"),
          line("exact", own, "exact"),
          { kind: "points", series: "SGD, simulated", points: meanPoints(own, "time", "simulated") },
          line("GD", descent, "simulated"),
        ],
      };
    }),
  };
}

/** D_k(t) at every step size and batch, for one spectrum. */
function byStep(rows: readonly Row[], { seeds }: Sizes): Figure {
  return {
    id: "flat-over-sharp-by-step",
    title: "The same for other step sizes and batches, and for more of the sharpest directions",
    caption: `D_k(t), k = ${sharpest.join(" and ")}, ${drawn}; η = β√B/‖G‖_F. Points: simulated, mean over ${seeds} seeds with 95 % intervals; lines: exact, and the paper's bound, means over the same seeds. The bound is claimed for B = 1 and β > 1, from some step on and up to a constant.`,
    otherwise: "with B = 1 and β > 1 the points would go on falling, away from the bound of their k.",
    panels: steps.map(
      ({ beta, batchSize }): Panel => ({
        title: `β = ${beta}, B = ${batchSize}`,
        x: timeAxis,
        y: { label: "D_k(t) (dimensionless)", scale: "log" },
        layers: sharpest.flatMap((k): readonly Layer[] => {
          const own = where(rows, { kind: "share", spectrum: drawn, beta, batchSize, k });
          return [
            line(`paper's bound, k = ${k}`, own, "bound"),
            line(`exact, k = ${k}`, own, "exact"),
            { kind: "points", series: `simulated, k = ${k}`, points: meanPoints(own, "time", "simulated") },
          ];
        }),
      }),
    ),
  };
}

function growthAgainstBeta(growth: readonly Row[], { seeds, single, times }: Sizes): Figure {
  return {
    id: "growth-against-beta",
    title: "How fast SGD leaves, against the learning rate",
    caption: `Batches of one, η = β/‖G‖_F. Lines: ln ρ, at the same β, the growth of the mean loss a step in the long run, by the exact second moment and under noise Σ = 2L·G. Points: growth of the simulated mean loss over the first ${times.at(-1)} steps, and of a typical trajectory (mean growth of ln L over ${single.trajectories} single ones, to step ${single.steps}). Means over ${seeds} seeds with 95 % intervals. Above 0 SGD escapes.`,
    otherwise: "the mean loss would not grow beyond β = 1.",
    panels: distinct<string>(growth, "spectrum").map((spectrum): Panel => {
      const own = where(growth, { spectrum });
      return {
        title: spectrum,
        x: { label: "β (dimensionless)", scale: "linear" },
        y: { label: "growth of ln L a step", scale: "linear" },
        layers: [
          { kind: "rule", series: "no escape below", axis: "y", value: 0 },
          line("Σ = 2L·G", own, "decoupledLimit", "beta"),
          line("exact", own, "limit", "beta"),
          { kind: "points", series: "mean loss, simulated", points: meanPoints(own, "beta", "simulated") },
          { kind: "points", series: "typical trajectory", points: meanPoints(own, "beta", "typical") },
        ],
      };
    }),
  };
}

/** Sizes alone: GD changes the sign of w_1 at every step, and both grow by powers. */
function alongPaths(rows: readonly Row[]): Figure {
  const { beta } = paths.step;
  return {
    id: "paths",
    title: "Trajectories along the sharpest and a flat direction",
    caption: `The first ${paths.steps} steps of ${paths.trajectories} trajectories of GD (η = ${descentRate}·2/λ₁) and of SGD (batches of one, η = ${beta}/‖G‖_F) from the same starts, ${drawn}, one data set: |w_i| along the sharpest eigenvector of G and along the one in the middle of the spectrum. GD moves to the right and down, SGD to the right and up.`,
    otherwise: "SGD would go the way of GD, to the right and down.",
    panels: distinct<string>(rows, "method").map(
      (method): Panel => ({
        title: method,
        x: { label: "along the sharpest direction, |w_1| (units of the start)", scale: "log" },
        y: { label: "along a flat direction, |w_i|", scale: "log" },
        layers: distinct<number>(rows, "path").map(
          (path): Layer => ({
            kind: "points",
            series: `trajectory ${path + 1}`,
            joined: true,
            points: where(rows, { method, path }).map(
              ({ along, across }): Point => ({
                x: Math.abs(along as number),
                y: Math.abs(across as number),
              }),
            ),
          }),
        ),
      }),
    ),
  };
}

/** Means over seeds, joined. */
function line(series: string, rows: readonly Row[], field: string, x = "time"): Layer {
  return {
    kind: "line",
    series,
    points: distinct<number>(rows, x).map((value) => ({
      x: value,
      y: mean(numbers(where(rows, { [x]: value }), field)),
    })),
  };
}
