import { type FloatArray, type Matrix, rowMajor } from "../../../linalg/matrix.ts";
import type { OuterShare } from "../operation.ts";
import { addProducts, bytesOf, eachOutput, type GramContext, type GramPart, wantedColumns } from "./part.ts";
import type { Use } from "./plan.ts";

/**
 * The parameters of one node whose shares have a single position and equal right factors (weight and bias of a dense
 * layer): K gains (ΔΔᵀ) ∘ Σ_k A_kA_kᵀ with Δ the cotangents (n·C rows) and A_k the left factors (n rows, or all ones).
 */
export function productsPart(uses: readonly Use[], context: GramContext): GramPart {
  const { samples, outputs, kernels, math, precision } = context;
  const shares = uses.map(({ share }) => share as OuterShare);
  const { right } = shares[0];
  const lefts = shares.filter(({ leftFactors }) => leftFactors);
  const ones = shares.length - lefts.length;
  const numbers = samples * (outputs * right + lefts.reduce((sum, { left }) => sum + left, 0));
  let rights: FloatArray;
  let leftRows: FloatArray[];

  return {
    bytes: numbers * bytesOf(precision),
    nodes: [uses[0].node],
    begin() {
      rights = math.allocate(precision, samples * outputs * right);
      leftRows = lefts.map(({ left }) => math.allocate(precision, samples * left));
    },
    take: eachOutput(({ point, cotangent }, { start, output }) => {
      const { count } = point;
      const space = math.allocate(precision, count * right);
      const factors = shares[0].rightFactors(point, cotangent, space);
      if (outputs === 1) rights.set(factors, start * right);
      else {
        for (let i = 0; i < count; i++) {
          const row = ((start + i) * outputs + output) * right;
          rights.set(factors.subarray(i * right, (i + 1) * right), row);
        }
      }
      math.release(space);
      if (output > 0) return;
      for (const [k, share] of lefts.entries()) {
        const target = leftRows[k].subarray(start * share.left, (start + count) * share.left);
        const own = share.leftFactors!(point, target);
        if (own !== target) target.set(own);
      }
    }),
    finish(gram, space, split) {
      const products = space.array("right", gram.rows * gram.columns);
      const rightRows = rowMajor<FloatArray>(samples * outputs, right, rights);
      addProducts(rightRows, 0, products, kernels, split && split * outputs);
      const weights = space.array("left", products.length / outputs ** 2).fill(ones);
      for (const [k, { left }] of lefts.entries()) {
        addProducts(rowMajor<FloatArray>(samples, left, leftRows[k]), 1, weights, kernels, split);
      }
      addWeighted(gram, products, weights, outputs, split);
      for (const array of [rights, ...leftRows]) math.release(array);
    },
  };
}

/** K_{(i,c),(j,c')} += products_{(i,c),(j,c')}·weights_ij, of its lower triangle where it is not split. */
function addWeighted(
  gram: Matrix<Float64Array>,
  products: FloatArray,
  weights: FloatArray,
  outputs: number,
  split: number | undefined,
): void {
  const { data, rows, columns } = gram;
  const samples = columns / outputs;
  for (let row = 0; row < rows; row++) {
    const weightRow = Math.floor(row / outputs) * samples;
    const start = row * columns;
    const wanted = wantedColumns(row, columns, split);
    if (outputs === 1) {
      for (let column = 0; column < wanted; column++) {
        data[start + column] += products[start + column] * weights[weightRow + column];
      }
      continue;
    }
    for (let column = 0, j = 0; column < wanted; j++) {
      const weight = weights[weightRow + j];
      const end = Math.min(column + outputs, wanted);
      for (; column < end; column++) data[start + column] += products[start + column] * weight;
    }
  }
}
