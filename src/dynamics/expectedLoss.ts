import type { Kernels } from "../linalg/kernels/kernels.ts";
import { dense, type Matrix } from "../linalg/matrix.ts";
import { identity } from "./leadingMatrix.ts";
import { type ExpectedLoss, expectedLossOf, lossContributions, sum } from "./lossShares.ts";
import type { ReducedProblem } from "./reducedProblem.ts";
import { type SgdStep, secondMomentMap } from "./secondMoment.ts";

/**
 * The expected loss of SGD after 0, 1, 2, … steps without end, exactly (docs/theory.md §5), from the second moment `start`
 * (symmetric r×r, kept; by default the identity: a displacement without a preferred direction). At the first `next` it throws
 * as `secondMomentMap` does, and a RangeError where the loss is 0 from the start, as where G = 0.
 */
export async function* expectedLoss(
  problem: ReducedProblem,
  step: SgdStep,
  kernels: Kernels,
  start: Matrix<Float64Array> = identity(problem.rank),
): AsyncGenerator<ExpectedLoss, never> {
  const advance = secondMomentMap(problem, step, kernels);
  const moment = dense(start);
  const initial = sum(lossContributions(problem, moment));
  if (!(initial > 0)) throw new RangeError("expected a loss to begin with, got none");
  let logScale = 0;
  for (;;) {
    yield expectedLossOf(lossContributions(problem, moment), logScale, initial);
    moment.data.set((await advance(moment)).data);
    const scale = moment.data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    if (scale === 0 || (scale > 1e-8 && scale < 1e8)) continue;
    for (let i = 0; i < moment.data.length; i++) moment.data[i] /= scale;
    logScale += Math.log(scale);
  }
}
