import { type Matrix, mirrorLower } from "./matrix.ts";

/**
 * Symmetric r×r matrices as vectors of length r(r+1)/2: the lower triangle row by row, what is off the diagonal times √2.
 * The inner product of the vectors is then Tr AB, so an operator that is self-adjoint in Tr AB is a symmetric matrix.
 */

export function packedLength(size: number): number {
  return (size * (size + 1)) / 2;
}

/** Reads the lower triangle of a row-major square matrix. */
export function packSymmetric({ data, rows: size }: Matrix<Float64Array>): Float64Array {
  const packed = new Float64Array(packedLength(size));
  let position = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) packed[position++] = Math.SQRT2 * data[i * size + j];
    packed[position++] = data[i * size + i];
  }
  return packed;
}

/** Fills both triangles of a row-major square matrix. */
export function unpackSymmetric(packed: Float64Array, into: Matrix<Float64Array>): void {
  const { data, rows: size } = into;
  let position = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) data[i * size + j] = Math.SQRT1_2 * packed[position++];
    data[i * size + i] = packed[position++];
  }
  mirrorLower(into);
}
