import type { Kernels } from "../../../linalg/kernels/kernels.ts";
import { type FloatArray, type Matrix, rowMajor } from "../../../linalg/matrix.ts";
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

/** Which rows of J a backward sweep is about: output `output` of `count` samples from `start` on. */
export interface Place {
  readonly start: number;
  readonly output: number;
}

/** A part of K that is collected during backward sweeps over all samples and outputs, and added at their end. */
export interface GramPart {
  /** What it holds from `begin` to `finish`; products that `finish` forms are gone with it. */
  readonly bytes: number;
  /** Nodes whose cotangents it needs. */
  readonly nodes: readonly number[];
  begin(): void;
  /** Called for each of its nodes at every place; all outputs of a chunk of samples come before the next chunk. */
  take(use: ParameterUse, place: Place): void;
  /** Adds to the lower triangle of `gram` and lets go of everything. */
  finish(gram: Matrix<Float64Array>, space: ProductSpace): void;
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

/** target's lower triangle ← A·Aᵀ + beta·target; what stands above it has no meaning. */
export function addLowerProducts(
  a: Matrix<FloatArray>,
  beta: 0 | 1,
  target: FloatArray,
  kernels: Kernels,
): void {
  kernels.syrk<FloatArray>(1, a, beta, rowMajor<FloatArray>(a.rows, a.rows, target));
}
