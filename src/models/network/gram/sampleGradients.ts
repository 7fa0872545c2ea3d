import { type FloatArray, type Matrix, rowMajor, transpose } from "../../../linalg/matrix.ts";
import type { ParameterUse } from "../evaluation.ts";
import type { JacobianShare, LeftColumns, OuterShare } from "../operation.ts";
import { type ColumnRange, widthOf } from "./columnTiles.ts";
import { eachOutput, type GramContext, type Place } from "./part.ts";

/** Adds per-sample gradients to rows of J; keeps the memory that it needs for a moment until `release`. */
export interface GradientWriter {
  /** rows ← rows + the share's part at the range, of the samples and outputs of the place; rows (sample, output) of the range's width. */
  add(rows: FloatArray, range: ColumnRange, use: ParameterUse, share: JacobianShare, place: Place): void;
  release(): void;
}

export function gradientWriter(context: GramContext): GradientWriter {
  const { kernels, math, precision } = context;
  const arrays = new Map<string, FloatArray>();
  const scratch = (name: string, length: number): FloatArray => {
    let found = arrays.get(name);
    if (!found || found.length < length) {
      if (found) math.release(found);
      found = math.allocate(precision, length);
      arrays.set(name, found);
    }
    return found.subarray(0, length);
  };

  /** Of one sample, for all outputs of the place. */
  const ofSample = (cotangent: FloatArray, sample: number, count: number, outputs: number): FloatArray => {
    const size = cotangent.length / (count * outputs);
    if (outputs === 1) return cotangent.subarray(sample * size, (sample + 1) * size);
    if (count === 1) return cotangent;
    const own = scratch("cotangents", outputs * size);
    for (let k = 0; k < outputs; k++) {
      const from = (k * count + sample) * size;
      own.set(cotangent.subarray(from, from + size), k * size);
    }
    return own;
  };

  const rightFactors = (share: OuterShare, { point }: ParameterUse, cotangent: FloatArray): FloatArray => {
    const { groups, positions, right } = share;
    return share.rightFactors(point, cotangent, scratch("right", point.count * groups * positions * right));
  };

  /** target ← target + Σ_t right_t ⊗ left_t of one sample, of some columns. */
  const addOuterProducts = (
    { groups, positions, left, right }: OuterShare,
    sample: number,
    lefts: FloatArray,
    rights: FloatArray,
    { from, to }: LeftColumns,
    target: FloatArray,
  ) => {
    for (let group = 0; group < groups; group++) {
      const at = (sample * groups + group) * positions;
      const rightBlock = rowMajor(positions, right, rights.subarray(at * right, (at + positions) * right));
      const leftBlock: Matrix<FloatArray> = {
        data: lefts,
        offset: at * left + from,
        rows: positions,
        columns: to - from,
        rowStride: left,
        columnStride: 1,
      };
      const size = right * (to - from);
      const block = rowMajor(right, to - from, target.subarray(group * size, (group + 1) * size));
      kernels.gemm<FloatArray>(1, transpose(rightBlock), leftBlock, 1, block);
    }
  };

  /** gradients ← gradients + the sums of right factors over positions, where left factors are the number 1. */
  const addUp = (
    { groups, positions, right }: OuterShare,
    count: number,
    rights: FloatArray,
    gradients: FloatArray,
  ) => {
    const size = positions * right;
    for (let k = 0; k < count * groups; k++) {
      const own = gradients.subarray(k * right, (k + 1) * right);
      math.sumRows(1, rights.subarray(k * size, (k + 1) * size), own);
    }
  };

  /** target ← target + some columns of a gradient. */
  const addColumns = (gradient: FloatArray, { plan, from, to }: ColumnRange, target: FloatArray) => {
    const columns = plan.size / plan.rows;
    const some = to - from;
    for (let row = 0; row < plan.rows; row++) {
      const part = gradient.subarray(row * columns + from, row * columns + to);
      math.axpy(1, part, target.subarray(row * some, (row + 1) * some));
    }
  };

  return {
    add(rows, range, use, share, place) {
      const { point, cotangent } = use;
      const { count, inputs } = point;
      const width = widthOf(range);
      const rowsOf = (sample: number, output: number, outputs: number) => {
        const from = ((place.start + sample) * context.outputs + output) * width;
        return rows.subarray(from, from + outputs * width);
      };
      if (share.kind === "outer" && share.gradients) {
        const { outputs, output } = place;
        for (let i = 0; i < count; i++) {
          const own = ofSample(cotangent, i, count, outputs);
          share.gradients.add(inputs, i, outputs, own, columnsFor(share, range), rowsOf(i, output, outputs));
        }
        return;
      }
      const lefts =
        share.kind === "outer" &&
        share.leftFactors?.(point, scratch("left", count * share.groups * share.positions * share.left));
      const addOutput = eachOutput(({ cotangent }, { output }) => {
        if (share.kind === "outer" && lefts) {
          const rights = rightFactors(share, use, cotangent);
          for (let i = 0; i < count; i++) {
            addOuterProducts(share, i, lefts, rights, columnsFor(share, range), rowsOf(i, output, 1));
          }
          return;
        }
        const { size } = range.plan;
        const gradients = scratch("gradients", count * size);
        if (share.kind === "explicit") share.sampleGradients(point, cotangent, gradients);
        else addUp(share, count, rightFactors(share, use, cotangent), gradients.fill(0));
        for (let i = 0; i < count; i++) {
          addColumns(gradients.subarray(i * size, (i + 1) * size), range, rowsOf(i, output, 1));
        }
      });
      addOutput(use, place);
    },
    release() {
      for (const used of arrays.values()) math.release(used);
      arrays.clear();
    },
  };
}

/** The columns of the share's left factors that lie in the range: all of them where the parameter is not split by them. */
function columnsFor({ left }: OuterShare, { plan, from, to }: ColumnRange): LeftColumns {
  return (to - from) * plan.rows === plan.size ? { from: 0, to: left } : { from, to };
}
