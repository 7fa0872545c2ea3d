import { type Shape, sizeOf } from "../shape.ts";

/** How far apart neighbours along each axis of a row-major tensor lie. */
export function rowMajorStrides(shape: Shape): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** Σ_k index_k·stride_k for every multi-index of the shape, in row-major order. */
export function stridedPlaces(shape: Shape, strides: readonly number[]): Int32Array {
  let places = Int32Array.of(0);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const longer = new Int32Array(shape[axis] * places.length);
    for (let k = 0, next = 0; k < shape[axis]; k++) {
      for (let i = 0; i < places.length; i++) longer[next++] = k * strides[axis] + places[i];
    }
    places = longer;
  }
  return places;
}
