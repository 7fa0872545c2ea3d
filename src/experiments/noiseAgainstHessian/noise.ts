import { dot } from "../../linalg/dot.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { entry, matrix } from "../../linalg/matrix.ts";
import { norm } from "../../linalg/orthonormalBasis.ts";
import type { SymmetricOperator } from "../../linalg/symmetricOperator.ts";
import type { Linearization } from "../../models/linearization.ts";

/** Σ = (1/n) Σ d_i d_iᵀ by its n rows d_i, of length p. */
export interface NoiseRoot {
  /** Tr Σ */
  readonly trace: number;
  /** vᵀΣv. */
  along(direction: Float64Array): number;
  /** Tr(ΣA) = (1/n) Σ d_iᵀA d_i, exactly. */
  traceWith(operator: SymmetricOperator): Promise<number>;
  /** The `count` eigenvectors of largest eigenvalue, of unit length; fewer where the rank is less. */
  leading(count: number): Promise<readonly Float64Array[]>;
}

/** d_i = g_i − ∇L of every sample. */
export async function gradientDeviations({
  samples,
  outputs,
  residuals,
  vjp,
}: Linearization): Promise<readonly Float64Array[]> {
  const rows: Float64Array[] = [];
  for (let i = 0; i < samples; i++) {
    // centred before anything is squared, as in hessianNoiseTrace
    const weights = residuals.map((value) => -value / samples);
    for (let k = i * outputs; k < (i + 1) * outputs; k++) weights[k] += residuals[k];
    rows.push(await vjp(weights));
  }
  return rows;
}

export function noiseRoot(rows: readonly Float64Array[], kernels: Kernels): NoiseRoot {
  const samples = rows.length;
  return {
    trace: rows.reduce((sum, row) => sum + dot(row, row) / samples, 0),
    along: (direction) => rows.reduce((sum, row) => sum + dot(row, direction) ** 2 / samples, 0),
    async traceWith(operator) {
      let sum = 0;
      for (const row of rows) sum += dot(row, await operator.apply(row)) / samples;
      return sum;
    },
    async leading(count) {
      const products = matrix(samples, samples);
      for (const [i, row] of rows.entries()) {
        for (let j = 0; j <= i; j++) {
          const value = dot(row, rows[j]);
          products.data[i * samples + j] = value;
          products.data[j * samples + i] = value;
        }
      }
      const { values, vectors } = await kernels.background.symmetricEigen(products);
      const floor = samples * Number.EPSILON * values[samples - 1];
      const found: Float64Array[] = [];
      for (let k = samples - 1; k >= 0 && found.length < count && values[k] > floor; k--) {
        found.push(combined(rows, (i) => entry(vectors, i, k)));
      }
      return found;
    },
  };
}

/** Σ_i w_i·rows_i, to unit length. */
function combined(rows: readonly Float64Array[], weight: (i: number) => number): Float64Array {
  const sum = new Float64Array(rows[0].length);
  for (const [i, row] of rows.entries()) {
    const w = weight(i);
    for (let k = 0; k < sum.length; k++) sum[k] += w * row[k];
  }
  return unit(sum);
}

/** v/‖v‖. */
export function unit(v: Float64Array): Float64Array {
  const length = norm(v);
  return v.map((value) => value / length);
}

/** Mean squared cosine of the principal angles between the spans of two orthonormal lists, ‖AᵀB‖_F²/k: k/p for random ones. */
export function overlap(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  let sum = 0;
  for (const left of a) for (const right of b) sum += dot(left, right) ** 2;
  return sum / Math.min(a.length, b.length);
}
