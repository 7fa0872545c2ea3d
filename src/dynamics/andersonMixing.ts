import { dot } from "../linalg/dot.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import { block, entry, matrix } from "../linalg/matrix.ts";

/** Differences that are remembered. */
const depth = 8;
/** Of the Gram matrix of the differences: what is smaller than this part of its largest eigenvalue is rounding. */
const cutoff = 1e-10;

/** Anderson's acceleration of v ← G(v) (Anderson 1965; Walker & Ni 2011), type II, in vectors of one length. */
export interface AndersonMixing {
  /** Given v and G(v), what to apply G to next: Σ α_i G(v_i), Σ α_i = 1, with the least ‖Σ α_i (G(v_i) − v_i)‖. */
  next(v: Float64Array, image: Float64Array): Float64Array;
}

/** With nothing remembered. */
export function andersonMixing(size: number, kernels: Kernels): AndersonMixing {
  // newest first: steps v_i − v_{i−1}, and what they change in G(v) − v
  const steps: Float64Array[] = [];
  const changes: Float64Array[] = [];
  let before: { readonly v: Float64Array; readonly rest: Float64Array } | undefined;

  function remember(v: Float64Array, rest: Float64Array): void {
    if (before) {
      const { v: lastVector, rest: lastRest } = before;
      steps.unshift(v.map((value, i) => value - lastVector[i]));
      changes.unshift(rest.map((value, i) => value - lastRest[i]));
      steps.splice(depth);
      changes.splice(depth);
    }
    before = { v: v.slice(), rest };
  }

  return {
    next(v, image) {
      const rest = image.map((value, i) => value - v[i]);
      remember(v, rest);
      const count = changes.length;
      const result = image.slice();
      if (count === 0) return result;
      const gram = matrix(count, count);
      for (let i = 0; i < count; i++) {
        for (let j = 0; j <= i; j++) gram.data[i * count + j] = dot(changes[i], changes[j]);
      }
      const { values, vectors } = kernels.symmetricEigen(block(gram, 0, 0, count, count));
      for (let k = 0; k < count; k++) {
        if (!(values[k] > cutoff * values[count - 1])) continue;
        let along = 0;
        for (let i = 0; i < count; i++) along += entry(vectors, i, k) * dot(changes[i], rest);
        for (let i = 0; i < count; i++) {
          const weight = (entry(vectors, i, k) * along) / values[k];
          for (let p = 0; p < size; p++) result[p] -= weight * (steps[i][p] + changes[i][p]);
        }
      }
      return result;
    },
  };
}
