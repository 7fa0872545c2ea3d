import type { Products } from "../../../linalg/kernels/kernels.ts";
import { block, type FloatArray, type Matrix, rowMajor, transpose } from "../../../linalg/matrix.ts";
import type { OuterShare } from "../operation.ts";
import { bytesOf, type CollectedPart, eachOutput, type GramContext } from "./part.ts";
import type { Use } from "./plan.ts";
import type { Tile, TileArrays } from "./tile.ts";

/** A part of K that is formed tile by tile. */
export interface ProductsPart extends CollectedPart {
  /** sums ← beta·sums + its part of the tile; on the diagonal what stands above it has no meaning. */
  addTile(tile: Tile, arrays: TileArrays, beta: 0 | 1, products: Products): Promise<void>;
  /** Lets go of everything. */
  end(): void;
}

/**
 * The parameters of one node whose shares have a single position and equal right factors (weight and bias of a dense
 * layer): K gains (ΔΔᵀ) ∘ Σ_k A_kA_kᵀ with Δ the cotangents (n·C rows) and A_k the left factors (n rows, or all ones).
 */
export function productsPart(uses: readonly Use[], context: GramContext): ProductsPart {
  const { samples, outputs, math, precision } = context;
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
    async addTile(tile, { values, weights, sums }, beta, products) {
      const rightRows = rowMajor<FloatArray>(samples * outputs, right, rights);
      await multiplyRows(rightRows, tile, outputs, 0, values, products);
      if (lefts.length === 0) weights.fill(0);
      for (const [k, { left }] of lefts.entries()) {
        const rows = rowMajor<FloatArray>(samples, left, leftRows[k]);
        await multiplyRows(rows, tile, 1, k === 0 ? 0 : 1, weights, products);
      }
      math.addWeightedBlocks(outputs, tile.columns, ones, weights, values, beta, sums);
    },
    end() {
      for (const array of [rights, ...leftRows]) math.release(array);
    },
  };
}

/**
 * target ← beta·target + the inner products of a's rows of the tile, of which each sample has `each`; on the diagonal without
 * those above it.
 */
async function multiplyRows(
  a: Matrix<FloatArray>,
  tile: Tile,
  each: number,
  beta: 0 | 1,
  target: FloatArray,
  { gemm, syrk }: Products,
): Promise<void> {
  const down = block(a, tile.row * each, 0, tile.rows * each, a.columns);
  const across = block(a, tile.column * each, 0, tile.columns * each, a.columns);
  const result = rowMajor<FloatArray>(down.rows, across.rows, target);
  if (tile.row === tile.column) await syrk<FloatArray>(1, down, beta, result);
  else await gemm<FloatArray>(1, down, transpose(across), beta, result);
}
