import { type FloatArray, type Matrix, rowMajor, transpose } from "../../../linalg/matrix.ts";
import { bytesOf, eachOutput, type GramContext, type GramPart, wantedColumns } from "./part.ts";
import { outerShares, type ParameterPlan } from "./plan.ts";

/** Numbers in the products of one pair of sample tiles. */
const tileNumbers = 2 ** 20;

/**
 * One parameter with few positions: K_{(i,c),(j,c')} gains Σ_{t,s} (left_it·left_js)(right_ict·right_jc's), summed over
 * groups. Uses of a shared parameter count as further positions.
 */
export function pairsPart(plan: ParameterPlan, context: GramContext): GramPart {
  const { samples, outputs, kernels, math, precision } = context;
  const shares = outerShares(plan.uses)!;
  const { groups, left, right } = shares[0];
  const positions = shares.reduce((sum, share) => sum + share.positions, 0);
  const leftNumbers = groups * samples * positions * left;
  const rightNumbers = groups * samples * outputs * positions * right;
  let lefts: FloatArray;
  let rights: FloatArray;

  /** Copies count×groups×own×width factors to group-major storage, after `before` positions of `positions` in each row. */
  const store = (
    factors: FloatArray,
    target: FloatArray,
    own: number,
    before: number,
    width: number,
    count: number,
    row: (group: number, sample: number) => number,
  ) => {
    const length = own * width;
    for (let i = 0; i < count; i++) {
      for (let group = 0; group < groups; group++) {
        const from = (i * groups + group) * length;
        const at = (row(group, i) * positions + before) * width;
        target.set(factors.subarray(from, from + length), at);
      }
    }
  };

  return {
    bytes: (leftNumbers + rightNumbers) * bytesOf(precision),
    nodes: [...new Set(plan.uses.map(({ node }) => node))],
    begin() {
      lefts = math.allocate(precision, leftNumbers);
      rights = math.allocate(precision, rightNumbers);
    },
    take: eachOutput(({ node, point, cotangent }, { start, output }) => {
      const { count } = point;
      let before = 0;
      for (const [k, share] of shares.entries()) {
        const own = share.positions;
        if (plan.uses[k].node === node) {
          const space = math.allocate(precision, count * groups * own * right);
          const factors = share.rightFactors(point, cotangent, space);
          const rightRow = (group: number, i: number) => (group * samples + start + i) * outputs + output;
          store(factors, rights, own, before, right, count, rightRow);
          math.release(space);
          if (output === 0) {
            const leftRow = (group: number, i: number) => group * samples + start + i;
            const space = math.allocate(precision, count * groups * own * left);
            const factors = share.leftFactors ? share.leftFactors(point, space) : space.fill(1);
            store(factors, lefts, own, before, left, count, leftRow);
            math.release(space);
          }
        }
        before += own;
      }
    }),
    finish(gram, _, split) {
      const rowSamples = split ?? samples;
      const firstColumn = split ?? 0;
      const tile = Math.max(1, Math.floor(Math.sqrt(tileNumbers) / (outputs * positions)));
      for (let group = 0; group < groups; group++) {
        const leftRows = groupOf(lefts, group, samples * positions, left);
        const rightRows = groupOf(rights, group, samples * outputs * positions, right);
        for (let i = 0; i < rowSamples; i += tile) {
          const iCount = Math.min(tile, rowSamples - i);
          const down = {
            left: rowsOf(leftRows, i * positions, iCount * positions),
            right: rowsOf(rightRows, i * outputs * positions, iCount * outputs * positions),
          };
          const end = split === undefined ? i + 1 : samples;
          for (let j = firstColumn; j < end; j += tile) {
            const jCount = Math.min(tile, samples - j);
            const leftProducts = crossProducts(
              down.left,
              rowsOf(leftRows, j * positions, jCount * positions),
            );
            const rightProducts = crossProducts(
              down.right,
              rowsOf(rightRows, j * outputs * positions, jCount * outputs * positions),
            );
            const place = { i, j: j - firstColumn, iCount, jCount, outputs, positions };
            contract(gram, leftProducts, rightProducts, place, split);
          }
        }
      }
      math.release(lefts);
      math.release(rights);
    },
  };

  function crossProducts(a: Matrix<FloatArray>, b: Matrix<FloatArray>): FloatArray {
    const length = a.rows * b.rows;
    const products = precision === "float32" ? new Float32Array(length) : new Float64Array(length);
    kernels.gemm<FloatArray>(1, a, transpose(b), 0, rowMajor<FloatArray>(a.rows, b.rows, products));
    return products;
  }
}

function groupOf(all: FloatArray, group: number, rows: number, columns: number): Matrix<FloatArray> {
  const size = rows * columns;
  return rowMajor(rows, columns, all.subarray(group * size, (group + 1) * size));
}

function rowsOf(a: Matrix<FloatArray>, from: number, count: number): Matrix<FloatArray> {
  return rowMajor(count, a.columns, a.data.subarray(from * a.columns, (from + count) * a.columns));
}

interface PairTile {
  readonly i: number;
  readonly j: number;
  readonly iCount: number;
  readonly jCount: number;
  readonly outputs: number;
  readonly positions: number;
}

/** Sums the product of the two inner products over all pairs of positions. */
function contract(
  gram: Matrix<Float64Array>,
  lefts: FloatArray,
  rights: FloatArray,
  tile: PairTile,
  split: number | undefined,
): void {
  const { outputs, positions, iCount, jCount } = tile;
  const leftStride = jCount * positions;
  const rightStride = jCount * outputs * positions;
  for (let a = 0; a < iCount * outputs; a++) {
    const row = tile.i * outputs + a;
    const leftStart = Math.floor(a / outputs) * positions * leftStride;
    for (let b = 0; b < jCount * outputs; b++) {
      const column = tile.j * outputs + b;
      if (column >= wantedColumns(row, gram.columns, split)) break;
      let sum = 0;
      for (let t = 0; t < positions; t++) {
        const leftRow = leftStart + t * leftStride + Math.floor(b / outputs) * positions;
        const rightRow = (a * positions + t) * rightStride + b * positions;
        for (let s = 0; s < positions; s++) sum += lefts[leftRow + s] * rights[rightRow + s];
      }
      gram.data[row * gram.columns + column] += sum;
    }
  }
}
