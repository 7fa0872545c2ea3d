import fc from "fast-check";
import { fromRows, type Matrix, matrix } from "../../src/linalg/matrix.ts";
import type { Rows } from "./explicitGeometry.ts";

export interface Problem {
  outputs: number;
  jacobian: Rows;
  residuals: Float64Array;
}

/** K = JJᵀ by plain loops. */
export function gramOf(jacobian: Rows): Matrix<Float64Array> {
  const size = jacobian.length;
  const gram = matrix(size, size);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) {
      for (let k = 0; k < jacobian[a].length; k++) gram.data[a * size + b] += jacobian[a][k] * jacobian[b][k];
    }
  }
  return gram;
}

export const asMatrix = (problem: Problem): Matrix<Float64Array> => fromRows(problem.jacobian);

/**
 * Jacobians with residuals over the shapes that matter: one sample, p < nC, p > nC, several outputs, repeated rows and
 * low rank (rows as combinations of few), and overall scales from tiny to huge.
 */
export const problems = (options: { maxScale?: number } = {}): fc.Arbitrary<Problem> =>
  fc
    .record({
      samples: fc.integer({ min: 1, max: 7 }),
      outputs: fc.integer({ min: 1, max: 3 }),
      parameters: fc.integer({ min: 1, max: 12 }),
      rank: fc.integer({ min: 1, max: 12 }),
      seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      scale: fc.integer({ min: -(options.maxScale ?? 30), max: options.maxScale ?? 30 }),
      residualScale: fc.integer({ min: -(options.maxScale ?? 30), max: options.maxScale ?? 30 }),
    })
    .map(({ samples, outputs, parameters, rank, seed, scale, residualScale }) => {
      const next = linearCongruential(seed);
      const basis = Array.from({ length: rank }, () => Array.from({ length: parameters }, next));
      const rows = Array.from({ length: samples * outputs }, () => {
        const weights = Array.from({ length: rank }, next);
        return Array.from(
          { length: parameters },
          (_, k) => weights.reduce((sum, weight, i) => sum + weight * basis[i][k], 0) * 10 ** scale,
        );
      });
      const residuals = Float64Array.from({ length: samples * outputs }, () => next() * 10 ** residualScale);
      return { outputs, jacobian: rows, residuals };
    });

/** Numbers in (−1, 1), never 0; a generator of its own so that tests do not lean on the code under test. */
function linearCongruential(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 31 - 1;
  };
}
