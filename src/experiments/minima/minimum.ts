import { type ReducedProblem, reducedLinearization } from "../../dynamics/reducedProblem.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { matrix, setEntry, transpose } from "../../linalg/matrix.ts";
import type { NetworkModel } from "../../models/network/network.ts";

/** A network at an interpolating minimum θ*, and what is near it in the eigenbasis v_k of G. */
export interface Minimum {
  readonly model: NetworkModel;
  readonly theta: Float64Array;
  /** SGD near θ* to first order. */
  readonly problem: ReducedProblem;
  /** θ* + Σ w_k v_k. */
  displaced(w: Float64Array): Float64Array;
  /** w_k = v_kᵀ(θ − θ*), length r. */
  coordinates(theta: ArrayLike<number>): Float64Array;
}

/** Of the minimum that `theta` is to rounding. */
export async function minimumAt(
  model: NetworkModel,
  theta: Float64Array,
  kernels: Kernels,
): Promise<Minimum> {
  const linearization = model.linearize(theta);
  const problem = await reducedLinearization(linearization, kernels);
  const { rank, rows, eigenvalues, samples } = problem;
  const basis = matrix(theta.length, rank);
  for (let k = 0; k < rank; k++) {
    // v_k = JᵀX_k/(nλ_k) with X_k = √(nλ_k)·u_k
    const weights = Float64Array.from(
      { length: rows.rows },
      (_, i) => rows.data[i * rank + k] / (samples * eigenvalues[k]),
    );
    const vector = await linearization.vjp(weights);
    for (let j = 0; j < theta.length; j++) setEntry(basis, j, k, vector[j]);
  }
  return {
    model,
    theta,
    problem,
    displaced(w) {
      const result = theta.slice();
      kernels.gemv(1, basis, w, 1, result);
      return result;
    },
    coordinates(at) {
      const difference = theta.map((value, j) => at[j] - value);
      const result = new Float64Array(rank);
      kernels.gemv(1, transpose(basis), difference, 0, result);
      return result;
    },
  };
}
