import type { Kernels } from "../../../linalg/kernels/kernels.ts";
import { block, type FloatArray, type Matrix, rowMajor, transpose } from "../../../linalg/matrix.ts";
import type { Precision, VectorMath } from "../../../linalg/vectorMath.ts";
import type { ParameterUse } from "../evaluation.ts";

/** What every part of a Gram matrix is formed with. */
export interface GramContext {
  readonly samples: number;
  readonly outputs: number;
  readonly kernels: Kernels;
  readonly math: VectorMath;
  readonly precision: Precision;
}

/** Which rows of J a backward sweep is about: of `count` samples from `start` on, the `outputs` outputs from `output` on. */
export interface Place {
  readonly start: number;
  readonly output: number;
  readonly outputs: number;
}

/** What a part of K is formed from, collected during backward sweeps over all samples and outputs. */
export interface CollectedPart {
  /** What it holds from `begin` until it is finished; products that are formed then are gone with it. */
  readonly bytes: number;
  /** Nodes whose cotangents it needs. */
  readonly nodes: readonly number[];
  begin(): void;
  /** Called for each of its nodes at every place, with the cotangents of all of its outputs one after another. */
  take(use: ParameterUse, place: Place): void;
}

/** A part of K that is added as a whole at the end of the sweeps. */
export interface GramPart extends CollectedPart {
  /**
   * Adds to the lower triangle of `gram` and lets go of everything. With `split`, `gram` holds the rows of the first `split` samples and the
   * columns of the others, all of which are wanted.
   */
  finish(gram: Matrix<Float64Array>, space: ProductSpace, split?: number): void;
}

/** `take` of a part that looks at one output at a time. */
export function eachOutput(
  takeOne: (use: ParameterUse, place: Omit<Place, "outputs">) => void,
): GramPart["take"] {
  return (use, { start, output, outputs }) => {
    const size = use.cotangent.length / outputs;
    for (let k = 0; k < outputs; k++) {
      const cotangent = use.cotangent.subarray(k * size, (k + 1) * size);
      takeOne({ ...use, cotangent }, { start, output: output + k });
    }
  };
}

export function bytesOf(precision: Precision): number {
  return precision === "float32" ? 4 : 8;
}

/** Room for products that parts form as they finish, kept from one part to the next: new memory costs as much as they do. */
export interface ProductSpace {
  /** length numbers with anything in them, valid until the next call for the same use. */
  array(use: "left" | "right", length: number): FloatArray;
}

export function productSpace(precision: Precision): ProductSpace {
  const arrays: { left?: FloatArray; right?: FloatArray } = {};
  return {
    array(use, length) {
      let whole = arrays[use];
      if (!whole || whole.length < length) {
        whole = precision === "float32" ? new Float32Array(length) : new Float64Array(length);
        arrays[use] = whole;
      }
      return whole.subarray(0, length);
    },
  };
}

/**
 * target's lower triangle ← A·Aᵀ + beta·target, where what stands above it has no meaning; with `split`, the products of A's first `split` rows
 * with the others.
 */
export function addProducts<T extends FloatArray>(
  a: Matrix<T>,
  beta: 0 | 1,
  target: T,
  kernels: Kernels,
  split?: number,
): void {
  if (split === undefined) kernels.syrk<T>(1, a, beta, rowMajor<T>(a.rows, a.rows, target));
  else {
    const others = a.rows - split;
    const first = block(a, 0, 0, split, a.columns);
    const rest = transpose(block(a, split, 0, others, a.columns));
    kernels.gemm<T>(1, first, rest, beta, rowMajor<T>(split, others, target));
  }
}

/** How many numbers of a row are wanted of K, or of a part of it. */
export function wantedColumns(row: number, columns: number, split: number | undefined): number {
  return split === undefined ? row + 1 : columns;
}
