import type { ReducedProblem } from "../../dynamics/reducedProblem.ts";

/** SGD near a minimum, w ← w − (η/B) Σ_{i in batch} X_iᵀX_i w, in place. */
export function linearisedStep({
  rows,
  rank,
  outputs,
}: ReducedProblem): (w: Float64Array, batch: Int32Array, learningRate: number) => void {
  const x = rows.data;
  const gradient = new Float64Array(rank);
  return (w, batch, learningRate) => {
    gradient.fill(0);
    for (let b = 0; b < batch.length; b++) {
      const first = batch[b] * outputs * rank;
      for (let row = first; row < first + outputs * rank; row += rank) {
        let along = 0;
        for (let k = 0; k < rank; k++) along += x[row + k] * w[k];
        for (let k = 0; k < rank; k++) gradient[k] += along * x[row + k];
      }
    }
    for (let k = 0; k < rank; k++) w[k] -= (learningRate / batch.length) * gradient[k];
  };
}
