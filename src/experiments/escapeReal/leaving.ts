import { expectedLoss } from "../../dynamics/expectedLoss.ts";
import { type ExpectedLoss, sum } from "../../dynamics/lossShares.ts";
import type { SgdStep } from "../../dynamics/secondMoment.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { type Matrix, matrix } from "../../linalg/matrix.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Row } from "../experiment.ts";
import type { Minimum } from "../minima/minimum.ts";
import { networkPopulation, type Walker } from "../minima/population.ts";
import { lossAt, type TrainedMinimum } from "../minima/trainedByDescent.ts";
import { type Carried, flatFields, lossParts, shareRows, squaredDistance } from "./parts.ts";
import { grown } from "./setting.ts";
import type { Variant } from "./variant.ts";

export interface LeavingOptions extends Variant {
  readonly step: SgdStep;
  readonly runs: number;
  readonly steps: number;
  readonly stride: number;
  readonly stream: RandomStream;
  readonly kernels: Kernels;
}

/**
 * The network's own runs from θ* as it was trained, beside the exact second moment of the linearised problem from the same
 * point: at every look the mean loss over that at θ* and D_k; where the exact one has first grown ×100 (else at the last), what
 * each group of directions has of loss and displacement.
 */
export async function leaving(
  { minimum, start }: TrainedMinimum,
  { step, runs, steps, stride, stream, kernels, descend, directions }: LeavingOptions,
): Promise<readonly Row[]> {
  const seen: Minimum = { ...minimum, coordinates: (theta) => directions(minimum.coordinates(theta)) };
  const { problem, model, theta } = seen;
  const network = networkPopulation(seen, { ...step, runs, start: () => start, stream, descend });
  const initial = { network: lossAt(model, theta), quadratic: sum(lossParts(problem.eigenvalues, start)) };
  const rows: Row[] = [];
  let compared = false;
  let time = 0;
  for await (const exact of expectedLoss(problem, step, kernels, outer(start))) {
    const walkers = network.next().value;
    if (time % stride === 0) {
      const measured = carriedInMean(seen, start, walkers);
      const expected = carriedExactly(exact, seen, start, {
        time,
        initial: initial.quadratic,
        learningRate: step.learningRate,
      });
      const loss =
        walkers.reduce((total, { theta: at, weight }) => total + weight * lossAt(model, at), 0) / runs;
      const compare = !compared && time > 0 && (exact.logLoss >= Math.log(grown) || time + stride > steps);
      rows.push({
        kind: "look",
        time,
        compare,
        logLoss: Math.log(loss / initial.network),
        exactLogLoss: exact.logLoss,
        sharpest: measured.loss[0] / sum(measured.loss),
        exactSharpest: exact.shares[0],
        ...flatFields(measured),
        ...flatFields(expected, "exactFlat"),
      });
      if (compare) {
        compared = true;
        rows.push(...groupRows(measured, expected, time));
      }
    }
    if (time++ === steps) break;
  }
  return rows;
}

function groupRows(measured: Carried, expected: Carried, time: number): readonly Row[] {
  const own = shareRows(measured);
  return shareRows(expected).map(({ loss: exactLoss, displacement: exactDisplacement }, k) => ({
    kind: "group",
    time,
    ...own[k],
    exactLoss,
    exactDisplacement,
  }));
}

function carriedInMean(
  { problem, theta }: Minimum,
  start: Float64Array,
  walkers: readonly Walker[],
): Carried {
  const { eigenvalues } = problem;
  const mean = (value: (walker: Walker) => number) =>
    walkers.reduce((total, walker) => total + walker.weight * value(walker), 0) / walkers.length;
  return {
    loss: eigenvalues.map((eigenvalue, k) => eigenvalue * mean(({ coordinates }) => coordinates[k] ** 2)),
    displacement: start.map((value, k) => mean(({ coordinates }) => (coordinates[k] - value) ** 2)),
    squared: mean((walker) => squaredDistance(walker.theta, theta)),
  };
}

/** E (w − w*)² = E w² − 2w*·E w + w*², with E w = (1 − ηλ)^t w*. */
function carriedExactly(
  { logLoss, shares }: ExpectedLoss,
  { problem: { eigenvalues } }: Minimum,
  start: Float64Array,
  {
    time,
    initial,
    learningRate,
  }: { readonly time: number; readonly initial: number; readonly learningRate: number },
): Carried {
  const loss = shares.map((share) => share * Math.exp(logLoss) * initial);
  const displacement = loss.map((value, k) => {
    const mean = (1 - learningRate * eigenvalues[k]) ** time * start[k];
    return Math.max(0, value / eigenvalues[k] - 2 * start[k] * mean + start[k] ** 2);
  });
  return { loss, displacement, squared: sum(displacement) };
}

function outer(w: Float64Array): Matrix<Float64Array> {
  const result = matrix(w.length, w.length);
  for (let i = 0; i < w.length; i++) {
    for (let j = 0; j < w.length; j++) result.data[i * w.length + j] = w[i] * w[j];
  }
  return result;
}
