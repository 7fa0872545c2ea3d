import type { Kernels } from "../../../linalg/kernels/kernels.ts";
import { type FloatArray, type Matrix, matrix, rowMajor } from "../../../linalg/matrix.ts";
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
  finish(gram: Matrix<Float64Array>): void;
}

export function bytesOf(precision: Precision): number {
  return precision === "float32" ? 4 : 8;
}

/** The lower triangle of A·Aᵀ in A's precision; what stands above it has no meaning. */
export function lowerProducts(a: Matrix<FloatArray>, kernels: Kernels): FloatArray {
  const single = a.data instanceof Float32Array;
  const result = single ? new Float32Array(a.rows * a.rows) : matrix(a.rows, a.rows).data;
  kernels.syrk<FloatArray>(1, a, 0, rowMajor<FloatArray>(a.rows, a.rows, result));
  return result;
}
