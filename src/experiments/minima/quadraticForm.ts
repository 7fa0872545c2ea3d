import type { Matrix } from "../../linalg/matrix.ts";

/** wᵀMw of a row-major M without gaps. */
export function quadraticForm({ data }: Matrix, w: Float64Array): number {
  let sum = 0;
  for (let i = 0, position = 0; i < w.length; i++) {
    let along = 0;
    for (let j = 0; j < w.length; j++) along += data[position++] * w[j];
    sum += w[i] * along;
  }
  return sum;
}
