import type { FloatArray } from "../../../../src/linalg/matrix.ts";
import type { Problem } from "./problem.ts";

/** A model on its way. */
interface Stepper {
  /** θ, which the next step overwrites; may be written to between steps. */
  readonly theta: FloatArray;
  /** θ ← θ − learningRate·∇L_batch; returns the loss before it. */
  step(batch: Int32Array, learningRate: number): number;
  /** Gives its memory back. */
  release(): void;
}

/** For batches of at most one size. */
export function stepper({ model, network, start }: Problem, batchSize: number): Stepper {
  if (network) {
    const trainer = network.trainer(start, batchSize);
    return { theta: trainer.theta, step: trainer.descend, release: trainer.release };
  }
  const theta = start.slice();
  const gradient = new Float64Array(theta.length);
  return {
    theta,
    step(batch, learningRate) {
      const loss = model.gradient(theta, batch, gradient);
      for (let k = 0; k < theta.length; k++) theta[k] -= learningRate * gradient[k];
      return loss;
    },
    release() {},
  };
}
