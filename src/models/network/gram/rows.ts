import { type FloatArray, type Matrix, rowMajor } from "../../../linalg/matrix.ts";
import type { ParameterUse } from "../evaluation.ts";
import type { JacobianShare, OuterShare } from "../operation.ts";
import type { ColumnRange } from "./columnTiles.ts";
import { addProducts, bytesOf, type GramContext, type GramPart, type Place, wantedColumns } from "./part.ts";

/** Bytes of left factors that are kept from one output to the next. */
const keptLefts = 64 * 2 ** 20;

/** Per-sample gradients of some columns of J, n·C × their number, and K gains rows·rowsᵀ. */
export function rowsPart(tile: readonly ColumnRange[], context: GramContext): GramPart {
  const { samples, outputs, kernels, math, precision } = context;
  const size = samples * outputs;
  const width = tile.reduce((sum, { from, to }) => sum + to - from, 0);
  const nodes = [...new Set(tile.flatMap(({ plan }) => plan.uses.map(({ node }) => node)))];
  let rows: FloatArray;
  let scratch: ReturnType<typeof scratchSpace>;

  return {
    bytes: size * width * bytesOf(precision),
    nodes,
    begin() {
      rows = math.allocate(precision, size * width);
      scratch = scratchSpace(context);
    },
    take(use, place) {
      scratch.at(place);
      let column = 0;
      for (const range of tile) {
        for (const { node, position, share } of range.plan.uses) {
          if (node !== use.node) continue;
          const target = { rows, width, column, range };
          if (share.kind === "explicit") takeExplicit(target, use, share, place, context, scratch);
          else takeOuter(target, use, share, place, context, scratch, `${node} ${position}`);
        }
        column += range.to - range.from;
      }
    },
    finish(gram, space, split) {
      const whole = rowMajor(size, width, rows);
      const first = split && split * outputs;
      if (precision === "float64") addProducts(whole, 1, gram.data, kernels, first);
      else {
        const { columns } = gram;
        const products = space.array("right", gram.rows * columns);
        addProducts(whole, 0, products, kernels, first);
        for (let row = 0; row < gram.rows; row++) {
          const end = row * columns + wantedColumns(row, columns, split);
          for (let k = row * columns; k < end; k++) gram.data[k] += products[k];
        }
      }
      math.release(rows);
      scratch.release();
    },
  };
}

interface Target {
  readonly rows: FloatArray;
  readonly width: number;
  /** First column of the range within the tile. */
  readonly column: number;
  readonly range: ColumnRange;
}

type Scratch = ReturnType<typeof scratchSpace>;

/** Adds Σ_t right_t ⊗ left_t of every sample to its row. */
function takeOuter(
  { rows, width, column, range }: Target,
  { point, cotangent }: ParameterUse,
  share: OuterShare,
  { start, output }: Place,
  { kernels, math, outputs }: GramContext,
  scratch: Scratch,
  key: string,
): void {
  const { groups, positions, left, right } = share;
  const { count } = point;
  if (share.addGradient && range.from === 0 && range.to === range.plan.size) {
    for (let i = 0; i < count; i++) {
      const row = ((start + i) * outputs + output) * width + column;
      share.addGradient(point, cotangent, i, rows.subarray(row, row + range.to));
    }
    return;
  }
  const rights = share.rightFactors(
    point,
    cotangent,
    scratch.array("right", count * groups * positions * right),
  );
  const lefts =
    share.leftFactors &&
    scratch.lefts(key, point.count * groups * positions * left, (target) =>
      share.leftFactors!(point, target),
    );
  const groupSize = left * right;
  for (let i = 0; i < count; i++) {
    const row = ((start + i) * outputs + output) * width + column;
    for (let group = Math.floor(range.from / groupSize); group * groupSize < range.to; group++) {
      const first = Math.max(range.from, group * groupSize);
      const last = Math.min(range.to, (group + 1) * groupSize);
      const block = rows.subarray(row + first - range.from, row + last - range.from);
      const place = (i * groups + group) * positions;
      const from = first / left - group * right;
      const to = last / left - group * right;
      const rightBlock = rowMajor(
        positions,
        right,
        rights.subarray(place * right, (place + positions) * right),
      );
      if (!lefts) {
        math.sumRows(1, columnsOf(rightBlock, from, to), block);
        continue;
      }
      const leftBlock = rowMajor(positions, left, lefts.subarray(place * left, (place + positions) * left));
      const transposed = {
        ...rightBlock,
        rows: to - from,
        columns: positions,
        offset: from,
        rowStride: 1,
        columnStride: right,
      };
      kernels.gemm<FloatArray>(1, transposed, leftBlock, 1, rowMajor(to - from, left, block));
    }
  }
}

/** The columns from … to−1 of a row-major matrix without gaps, again without gaps. */
function columnsOf({ data, rows, columns }: Matrix<FloatArray>, from: number, to: number): FloatArray {
  if (from === 0 && to === columns) return data;
  const width = to - from;
  const part = data.slice(0, rows * width);
  for (let i = 0; i < rows; i++) part.set(data.subarray(i * columns + from, i * columns + to), i * width);
  return part;
}

function takeExplicit(
  { rows, width, column, range }: Target,
  { point, cotangent }: ParameterUse,
  share: Extract<JacobianShare, { kind: "explicit" }>,
  { start, output }: Place,
  { math, outputs }: GramContext,
  scratch: Scratch,
): void {
  const { size } = range.plan;
  const gradients = scratch.array("explicit", point.count * size);
  share.sampleGradients(point, cotangent, gradients);
  for (let i = 0; i < point.count; i++) {
    const row = ((start + i) * outputs + output) * width + column;
    const part = gradients.subarray(i * size + range.from, i * size + range.to);
    math.axpy(1, part, rows.subarray(row, row + range.to - range.from));
  }
}

/** Arrays that one part needs for a moment, kept for the next; left factors stay for all outputs of a chunk. */
function scratchSpace({ math, precision }: GramContext) {
  const arrays = new Map<string, FloatArray>();
  const kept = new Map<string, FloatArray>();
  let keptBytes = 0;
  let chunk = -1;
  const array = (name: string, length: number): FloatArray => {
    let found = arrays.get(name);
    if (!found || found.length < length) {
      if (found) math.release(found);
      found = math.allocate(precision, length);
      arrays.set(name, found);
    }
    return found.subarray(0, length);
  };
  return {
    array,
    /** Says which chunk of samples the next calls are about. */
    at({ start }: Place) {
      if (start === chunk) return;
      chunk = start;
      kept.clear();
      keptBytes = 0;
    },
    lefts(key: string, length: number, fill: (target: FloatArray) => FloatArray): FloatArray {
      const known = kept.get(key);
      if (known) return known;
      const bytes = length * bytesOf(precision);
      const keep = keptBytes + bytes <= keptLefts;
      const factors = fill(array(keep ? `left ${key}` : "left", length));
      if (keep) {
        kept.set(key, factors);
        keptBytes += bytes;
      }
      return factors;
    },
    release() {
      for (const used of arrays.values()) math.release(used);
    },
  };
}
