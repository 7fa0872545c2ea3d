import { gradientDescentThreshold, stabilityThreshold } from "../../dynamics/stability.ts";
import { defined } from "../../geometry/undefined.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Row, TrialContext } from "../experiment.ts";
import { sharpnessAt } from "../minima/sharpness.ts";
import { convolutionalLandscape } from "./convolutional.ts";
import { outlook } from "./departure.ts";
import { departureRows } from "./departureRows.ts";
import { allSamples, type Estimator } from "./descent.ts";
import { diagonalLandscape } from "./diagonal.ts";
import { openDigits } from "./digits.ts";
import type { Landscape } from "./landscape.ts";
import { plans } from "./plans.ts";
import { runRows } from "./runs.ts";
import {
  aboveEdge,
  belowEdge,
  constantPlan,
  cyclePlans,
  gdAbove,
  type Part,
  type Sizes,
  type Training,
} from "./setting.ts";

export interface CyclicalTrial extends Record<string, number | string> {
  part: Part;
  seed: number;
}

/** The runs from one sharp minimum, or why there is none. `sgd` is where SGD takes its gradients from. */
export async function measure(
  { part, seed }: CyclicalTrial,
  { kernels, stream, openImages }: TrialContext,
  { diagonal, convolutional }: Sizes,
  sgd: Estimator,
): Promise<readonly Row[]> {
  if (part === "diagonal network") {
    return follow(diagonalLandscape(diagonal, { kernels, stream }), diagonal, { kernels, stream, sgd, seed });
  }
  const digits = await openDigits(convolutional, { openImages, stream });
  if ("missing" in digits) return [{ kind: "left out", reason: digits.missing }];
  const landscape = await convolutionalLandscape(convolutional, digits, { kernels, stream });
  try {
    return await follow(landscape, convolutional, { kernels, stream, sgd, seed });
  } finally {
    landscape.release();
  }
}

interface Course {
  readonly kernels: Kernels;
  readonly stream: RandomStream;
  /** Where SGD takes its gradients from. */
  readonly sgd: Estimator;
  /** The trial's number: GD runs for the first ones. */
  readonly seed: number;
}

/** Every run from the start of a landscape, and how SGD and GD leave it. */
async function follow(
  landscape: Landscape,
  training: Training,
  { kernels, stream, sgd, seed }: Course,
): Promise<readonly Row[]> {
  const { batchSize } = training;
  const view = await outlook(landscape, kernels);
  const draw = { batchSize, replacement: true };
  const { value: threshold } = defined(await stabilityThreshold(view.problem, draw, { kernels }));
  const edge = defined(gradientDescentThreshold(view.problem));
  const rates = {
    low: training.low * threshold,
    high: Math.min(training.high * threshold, belowEdge * edge),
  };
  const above = aboveEdge * edge;
  const { schedules: gdNames, seeds: gdSeeds } = training.gradientDescent;
  const drivers = [
    { optimiser: "SGD", estimator: sgd, between: rates, names: [constantPlan, ...cyclePlans] },
    { optimiser: "GD", estimator: allSamples, between: rates, names: gdNames },
    { optimiser: gdAbove, estimator: allSamples, between: { ...rates, high: above }, names: ["two-level"] },
  ].slice(0, seed < gdSeeds ? 3 : 1);

  const { lambdaMax, trace, frobenius } = await sharpnessAt(landscape.model, landscape.start, kernels);
  const rows: Row[] = [
    { kind: "start", threshold, edge, ...rates, above, lambdaMax, trace, frobenius, ...landscape.known },
  ];
  for (const { optimiser, estimator, between, names } of drivers) {
    const schedules = plans(training, between);
    for (const name of names) {
      const schedule = schedules.get(name);
      if (!schedule) throw new RangeError(`schedule: got ${name}`);
      const measured = await runRows(landscape, training, { estimator, schedule, kernels, stream });
      rows.push(
        ...measured.map((row) => ({
          optimiser,
          schedule: name,
          ...row,
          rate: (row.rate as number) / threshold,
        })),
      );
    }
  }
  rows.push(
    ...(await departureRows(landscape, view, training, { sgd, high: rates.high, above, kernels, stream })),
  );
  return rows;
}
