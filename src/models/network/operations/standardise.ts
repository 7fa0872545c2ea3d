import type { FloatArray } from "../../../linalg/matrix.ts";

/** Rows standardised to x̂ = (x − mean x)·ρ with ρ = 1/√(var x + ε), and the derivative of that. Statistics in float64. */
interface StandardisedRows {
  /** x̂, of the rows of the last `standardise` first. */
  readonly values: FloatArray;
  /** ρ of each row. */
  readonly inverseDeviations: Float64Array;
  standardise(x: FloatArray): void;
  /** v ← ∂x̂/∂x·v = ρ(v − mean v − x̂·mean(x̂∘v)) at one row, a symmetric map; returns mean(x̂∘v). */
  project(row: number, v: Float64Array): number;
}

/** `values` holds all rows that there will ever be, each of `width` numbers. */
export function standardisedRows(values: FloatArray, width: number, epsilon: number): StandardisedRows {
  const inverseDeviations = new Float64Array(values.length / width);
  return {
    values,
    inverseDeviations,
    standardise(x) {
      for (let start = 0, row = 0; start < x.length; start += width, row++) {
        let sum = 0;
        for (let i = start; i < start + width; i++) sum += x[i];
        const mean = sum / width;
        let squares = 0;
        for (let i = start; i < start + width; i++) squares += (x[i] - mean) ** 2;
        const inverse = 1 / Math.sqrt(squares / width + epsilon);
        for (let i = start; i < start + width; i++) values[i] = (x[i] - mean) * inverse;
        inverseDeviations[row] = inverse;
      }
    },
    project(row, v) {
      const start = row * width;
      let sum = 0;
      let products = 0;
      for (let j = 0; j < width; j++) {
        sum += v[j];
        products += v[j] * values[start + j];
      }
      const mean = sum / width;
      const slope = products / width;
      const inverse = inverseDeviations[row];
      for (let j = 0; j < width; j++) v[j] = inverse * (v[j] - mean - slope * values[start + j]);
      return slope;
    },
  };
}
