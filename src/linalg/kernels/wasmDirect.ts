/** Products too small to be worth copying into wasm memory: plain loops over the operands where they lie. */
import type { FloatArray } from "../matrix.ts";
import { type Product, wantedColumns } from "./wasmProduct.ts";

/** Up to this many multiplications the copies cost more than the product. */
const fewMultiplications = 4096;

export function isSmall({ output, left }: Product): boolean {
  return output.rows * output.columns * Math.max(1, left.columns) <= fewMultiplications;
}

/** Sums are kept in float64, so a float32 result is rounded once. */
export function multiplyByLoops(product: Product): void {
  const { alpha, left, right, beta, output } = product;
  const depth = alpha === 0 ? 0 : left.columns;
  for (let i = 0; i < output.rows; i++) {
    const [start, end] = wantedColumns(product, i);
    for (let j = start; j < end; j++) {
      let l = left.offset + i * left.rowStride;
      let r = right.offset + j * right.rowStride;
      let sum = 0;
      for (let k = 0; k < depth; k++) {
        sum += left.data[l] * right.data[r];
        l += left.columnStride;
        r += right.columnStride;
      }
      const position = output.offset + i * output.rowStride + j;
      output.data[position] = combine(alpha, sum, beta, output.data, position);
    }
  }
}

/** alpha·sum + beta·old by the rules of BLAS: nothing is computed with what a zero factor hides. */
export function combine(
  alpha: number,
  sum: number,
  beta: number,
  data: FloatArray,
  position: number,
): number {
  const added = alpha === 0 ? 0 : alpha * sum;
  return beta === 0 ? added : added + beta * data[position];
}
