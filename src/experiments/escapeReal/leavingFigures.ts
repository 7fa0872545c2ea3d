import type { Row } from "../experiment.ts";
import type { Figure, Layer, Panel, Point } from "../figure.ts";
import { seedsIn } from "../layers.ts";
import { distinct, mean, meanPoints, numbers, where } from "../rows.ts";
import { countsIn } from "./parts.ts";
import { arms, groupsOfDirections, grown, leftAt } from "./setting.ts";

const stepAxis = { label: "step t", scale: "linear" } as const;

/** The mean loss near θ*, and beneath it D_k. */
export function leavingFigure(rows: readonly Row[]): Figure {
  const looks = where(rows, { kind: "look" });
  const starts = where(rows, { kind: "start" });
  const subjects = distinct<string>(looks, "subject");
  const counts = countsIn(starts);
  return {
    id: "leaving",
    title: "Growth and direction of the loss near a minimum that training found",
    caption: `Mean loss of the network over that at θ*, and D_k(t), the quadratic loss of all but the k sharpest eigen-directions of G at θ* over that of the k sharpest. Points: the network itself, geometric mean over ${seedsIn(looks)} networks of each kind with 95 % intervals; full lines: exact second moment of the linearised problem from θ*, which knows J and the residuals there and nothing else. GD's D_1 rises again where terms of second order come in. "Paper's bound" is Σ_{i>k}λ_i²/Σ_{i≤k}λ_i², for k = ${counts.join(", ")}, from the top, in the geometric mean. θ*, data and learning rates: see the setting.`,
    otherwise:
      "SGD's D_k would fall to 0 as GD's D_1 does, or the points would leave the lines from the start.",
    panels: [
      ...subjects.map((subject) => lossPanel(subject, where(looks, { subject }))),
      ...subjects.map((subject) => flatPanel(subject, where(looks, { subject }), where(starts, { subject }))),
    ],
  };
}

function lossPanel(subject: string, looks: readonly Row[]): Panel {
  return {
    title: subject,
    x: stepAxis,
    y: { label: "loss over that at θ* (factor)", scale: "log", domain: [0.1, 1e6] },
    layers: Object.values(arms).flatMap((arm) =>
      exactAndOwn(where(looks, { arm }), arm, "exactLogLoss", "logLoss"),
    ),
  };
}

function flatPanel(subject: string, looks: readonly Row[], starts: readonly Row[]): Panel {
  const logged = (arm: string, k: number) =>
    where(looks, { arm }).flatMap(({ seed, time, [`flat${k}`]: own, [`exactFlat${k}`]: exact }) =>
      typeof own === "number" && typeof exact === "number"
        ? [{ seed, time, own: Math.log(own), exact: Math.log(exact) } as Row]
        : [],
    );
  const counts = countsIn(starts);
  const last = Math.max(...numbers(where(looks, { arm: arms.sgd }), "time"));
  const bounds = counts.map((k): Layer => {
    const y = Math.exp(mean(numbers(starts, `bound${k}`).map(Math.log)));
    return {
      kind: "line",
      series: "paper's bound",
      points: [
        { x: 0, y },
        { x: last, y },
      ],
    };
  });
  return {
    title: subject,
    x: stepAxis,
    y: { label: "D_k (dimensionless)", scale: "log", domain: [1e-4, 1e3] },
    layers: [
      ...bounds,
      ...counts.flatMap((k) => exactAndOwn(logged(arms.sgd, k), `SGD, D_${k}`, "exact", "own")),
      ...exactAndOwn(logged(arms.gradientDescent, 1), "GD above 2/λ₁, D_1", "exact", "own"),
    ],
  };
}

/** A line of theory and points of the network, from logarithms. */
function exactAndOwn(rows: readonly Row[], series: string, exact: string, own: string): readonly Layer[] {
  return [
    { kind: "line", series, points: meanPoints(rows, "time", exact).map(exponential) },
    { kind: "points", series, points: meanPoints(rows, "time", own).map(exponential) },
  ];
}

/** Which directions have the displacement, near θ* and where single runs leave. */
export function directionsFigure(rows: readonly Row[]): Figure {
  const subjects = distinct<string>(rows, "subject");
  const near = where(rows, { kind: "group" });
  return {
    id: "directions",
    title: "Where the displacement from θ* and the loss go, by eigen-direction",
    caption: `Part that lies in the k sharpest eigen-directions of G at θ* (k = 1, 5, 20 and all), mean over ${seedsIn(rows)} networks of each kind with 95 % intervals; what is missing to 1 at the right end lies where the samples see nothing. Displacement and loss: populations near θ*, squared displacement and quadratic loss where the exact mean loss has grown ×${grown}; lines: exact, linearised. Single runs: squared displacement where their loss first comes to ${100 * leftAt} % of that of f = 0.`,
    otherwise: "SGD's share would be near 1 from k = 1 on, as that of GD is.",
    panels: subjects.flatMap((subject): Panel[] => {
      const own = where(near, { subject });
      const arm = (name: string, series: string, field: "loss" | "displacement"): Layer[] => {
        const ofArm = where(own, { arm: name });
        const exact = field === "loss" ? "exactLoss" : "exactDisplacement";
        return [
          { kind: "line", series, points: cumulative(ofArm, exact).map(({ x, y }) => ({ x, y })) },
          { kind: "points", series, points: cumulative(ofArm, field) },
        ];
      };
      const both = (field: "loss" | "displacement") => [
        ...arm(arms.sgd, "SGD near θ*", field),
        ...arm(arms.gradientDescent, "GD near θ*", field),
      ];
      const left = where(rows, { kind: "departure", subject });
      const single = distinct<string>(left, "optimiser").flatMap((optimiser) =>
        distinct<number>(where(left, { optimiser }), "factor").map((factor): Layer => {
          const points = cumulative(where(left, { optimiser, factor }), "displacement");
          return { kind: "points", series: runName(optimiser, factor), joined: true, points };
        }),
      );
      return [
        panelOf(`${subject}: displacement`, both("displacement")),
        panelOf(`${subject}: loss`, both("loss")),
        panelOf(`${subject}: single runs`, single),
      ];
    }),
  };
}

function panelOf(title: string, layers: readonly Layer[]): Panel {
  return {
    title,
    x: { label: "number k of sharpest directions", scale: "log" },
    y: { label: "share in the k sharpest (dimensionless)", scale: "linear", domain: [0, 1.05] },
    layers,
  };
}

/** Shares of the groups, summed from the sharpest on; at the last direction of each group. */
function cumulative(rows: readonly Row[], field: string): readonly Point[] {
  const sums = distinct<number>(rows, "seed").flatMap((seed) => {
    let sum = 0;
    return groupsOfDirections.flatMap(({ group, last }) =>
      where(rows, { seed, group }).map((row) => {
        sum += row[field] as number;
        return { seed, k: Math.min(last, row.rank as number), sum };
      }),
    );
  });
  return meanPoints(sums, "k", "sum");
}

export function runName(optimiser: string, factor: number): string {
  return optimiser === "SGD" ? `SGD at ${factor}·η*` : `GD at ${factor}·2/λ₁`;
}

/** A point whose y is a logarithm, as what it is the logarithm of. */
function exponential({ x, y, low, high }: Point): Point {
  return { x, y: Math.exp(y), low: Math.exp(low ?? y), high: Math.exp(high ?? y) };
}
