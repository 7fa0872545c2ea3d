import { expectedLoss } from "../../dynamics/expectedLoss.ts";
import { type ExpectedLoss, sum } from "../../dynamics/lossShares.ts";
import type { SgdStep } from "../../dynamics/secondMoment.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { meanLoss } from "../../models/samples.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Row } from "../experiment.ts";
import type { Minimum } from "../minima/minimum.ts";
import type { Descend } from "../minima/pairedRun.ts";
import { networkPopulation, type Walker } from "../minima/population.ts";
import { startNear } from "../minima/startNear.ts";

export interface LeavingOptions {
  readonly step: SgdStep;
  readonly runs: number;
  readonly steps: number;
  readonly stride: number;
  readonly startLoss: number;
  readonly stream: RandomStream;
  readonly kernels: Kernels;
  readonly descend: Descend;
}

/**
 * The network's own runs from near its minimum beside the exact second moment of the linearised problem: at every look the mean
 * loss, in units of that at the start, and what part of loss and squared displacement lies in the sharpest direction; at the
 * last, in every direction.
 */
export async function leavingRuns(
  minimum: Minimum,
  { step, runs, steps, stride, startLoss, stream, kernels, descend }: LeavingOptions,
): Promise<readonly Row[]> {
  const { eigenvalues } = minimum.problem;
  const rows: Row[] = [];
  const start = (run: number) => startNear(minimum.problem, startLoss, stream.split(run, "start"));
  const network = networkPopulation(minimum, { ...step, runs, start, stream, descend });
  let initial: number | undefined;
  let time = 0;
  for await (const exact of expectedLoss(minimum.problem, step, kernels)) {
    const walkers = network.next().value;
    if (time % stride === 0) {
      const measured = shares(walkers, eigenvalues);
      const displaced = normalised(measured.map((share, k) => share / eigenvalues[k]));
      const exactDisplaced = normalised(exact.shares.map((share, k) => share / eigenvalues[k]));
      const loss = networkLoss(minimum, walkers);
      initial ??= loss;
      rows.push({
        kind: "look",
        time,
        logLoss: Math.log(loss / initial),
        exactLogLoss: exact.logLoss,
        sharpest: measured[0],
        exactSharpest: exact.shares[0],
        displacedSharpest: displaced[0],
        exactDisplacedSharpest: exactDisplaced[0],
      });
      if (time === steps) {
        return [...rows, ...directions(measured, exact)];
      }
    }
    time++;
  }
  return rows;
}

function directions(measured: Float64Array, exact: ExpectedLoss): readonly Row[] {
  return Array.from(measured, (share, k) => ({
    kind: "direction",
    direction: k + 1,
    share,
    exactShare: exact.shares[k],
  }));
}

/** Part of the loss ½ Σ λ_k w_k² by direction, in the mean over the walkers. */
function shares(walkers: readonly Walker[], eigenvalues: Float64Array): Float64Array {
  return normalised(
    eigenvalues.map((value, k) =>
      walkers.reduce((total, { coordinates, weight }) => total + weight * value * coordinates[k] ** 2, 0),
    ),
  );
}

function normalised(values: Float64Array): Float64Array {
  const total = sum(values);
  return values.map((value) => value / total);
}

/** L(θ) of the network itself, in the mean over the walkers. */
function networkLoss({ model }: Minimum, walkers: readonly Walker[]): number {
  let total = 0;
  for (const { theta, weight } of walkers) {
    const residuals = model.predict(theta).map((output, i) => output - model.targets[i]);
    total += (weight * meanLoss(residuals, model.samples)) / walkers.length;
  }
  return total;
}
