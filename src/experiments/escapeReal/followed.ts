import type { BatchDraw } from "../../dynamics/batchNoise.ts";
import { sum } from "../../dynamics/lossShares.ts";
import type { Row } from "../experiment.ts";
import { pairedRun } from "../minima/pairedRun.ts";
import { lossAt } from "../minima/trainedByDescent.ts";
import type { Trained } from "./network.ts";
import { carriedBy, lossParts, shareRows, squaredDistance } from "./parts.ts";
import { type Followed, leftAt, lost } from "./setting.ts";
import { type SettleOptions, settledAgain } from "./settledAgain.ts";
import type { Variant } from "./variant.ts";

export interface FollowOptions
  extends Variant,
    Pick<Followed, "steps" | "every">,
    Omit<SettleOptions, "directions"> {
  readonly draw: BatchDraw;
  readonly learningRate: number;
}

/**
 * One run from θ* at a raised learning rate, as far as it goes, and then at the small one of the training until its loss is low
 * again. Rows "path" have its loss beside that of the linearised run on the same batches; "departure" what each group of directions
 * has of its displacement when the loss first comes to 1 % of that of f = 0; "end" how sharp G is in the end, over θ*.
 */
export async function followedRun(
  trained: Trained,
  { steps, every, draw, learningRate, descend, directions, stream, kernels, ...settle }: FollowOptions,
): Promise<readonly Row[]> {
  const { minimum, start, unit } = trained;
  const { model, theta, problem } = minimum;
  const { eigenvalues } = problem;
  const trainer = model.trainer(theta, problem.samples);
  const options = { ...draw, learningRate, start, descend, stream: stream.split("raised") };
  const rows: Row[] = [];
  let left: number | null = null;
  let peak = 0;
  let time = 0;
  for (const { network, linearised } of pairedRun(minimum, trainer, options)) {
    const near = left === null && quadraticLoss(eigenvalues, network) >= (leftAt * unit) / 2;
    if (near || time % every === 0) {
      const at = Float64Array.from(trainer.theta);
      const loss = lossAt(model, at) / unit;
      peak = Math.max(peak, loss);
      if (!(loss < lost)) break;
      const squared = squaredDistance(at, theta);
      if (time % every === 0) {
        const linear = quadraticLoss(eigenvalues, linearised) / unit;
        rows.push({
          kind: "path",
          time,
          logLoss: Math.log10(loss),
          logLinear: Math.log10(linear),
          distance: Math.sqrt(squared),
        });
      }
      if (left === null && loss >= leftAt) {
        left = time;
        const carried = carriedBy(eigenvalues, directions(network), start, squared);
        rows.push(...shareRows(carried).map((row) => ({ kind: "departure", time, ...row })));
      }
    }
    if (time++ === steps) break;
  }
  const at = Float64Array.from(trainer.theta);
  trainer.release();
  const end = { kind: "end", left, peak };
  if (!(peak < lost)) return [...rows, { ...end, settled: false }];
  return [
    ...rows,
    {
      ...end,
      ...(await settledAgain(trained, at, {
        ...settle,
        directions,
        kernels,
        stream: stream.split("settling"),
      })),
    },
  ];
}

/** ½ Σ λ_k w_k² */
function quadraticLoss(eigenvalues: Float64Array, w: Float64Array): number {
  return sum(lossParts(eigenvalues, w)) / 2;
}
