import { sum } from "../../dynamics/lossShares.ts";
import type { ReducedProblem } from "../../dynamics/reducedProblem.ts";
import type { RandomStream } from "../../random/stream.ts";

/** A displacement w ~ N(0, s²I) with s so small that its loss ½ Σ λ_k w_k² is `loss` in the mean. */
export function startNear(
  { rank, eigenvalues }: ReducedProblem,
  loss: number,
  stream: RandomStream,
): Float64Array {
  return stream.gaussians(new Float64Array(rank), Math.sqrt((2 * loss) / sum(eigenvalues)));
}
