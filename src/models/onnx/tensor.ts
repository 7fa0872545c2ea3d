import { InputError } from "../../inputError.ts";
import { broadcastPlaces } from "../network/operations/broadcast.ts";
import { rowMajorStrides, stridedPlaces } from "../network/operations/strides.ts";
import { type Shape, sizeOf } from "../network/shape.ts";

export type NumberType = "float" | "integer" | "boolean";

/** Numbers of a file that do not depend on the network's input. */
export interface Tensor {
  readonly type: NumberType;
  readonly shape: Shape;
  /** Row-major; true is 1. */
  readonly data: Float64Array;
}

export function integerTensor(shape: Shape, values: Iterable<number>): Tensor {
  return { type: "integer", shape, data: Float64Array.from(values) };
}

/** Axis k of the result is axis `axes[k]` of the tensor. */
export function transposeTensor({ type, shape, data }: Tensor, axes: readonly number[]): Tensor {
  const strides = rowMajorStrides(shape);
  const turned = axes.map((axis) => shape[axis]);
  const places = stridedPlaces(
    turned,
    axes.map((axis) => strides[axis]),
  );
  return { type, shape: turned, data: at(data, places) };
}

/** These indices of one axis, in this order. */
export function takeFromTensor(
  { type, shape, data }: Tensor,
  axis: number,
  indices: readonly number[] | Float64Array,
): Tensor {
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  requireModest(outer * indices.length * inner);
  const taken = new Float64Array(outer * indices.length * inner);
  let next = 0;
  for (let block = 0; block < outer; block++) {
    for (const index of indices) {
      const start = (block * shape[axis] + index) * inner;
      taken.set(data.subarray(start, start + inner), next);
      next += inner;
    }
  }
  return { type, shape: shape.with(axis, indices.length), data: taken };
}

/** Tensors that agree but for one axis, one after another along it. */
export function concatTensors(tensors: readonly Tensor[], axis: number): Tensor {
  const [{ type, shape }] = tensors;
  const outer = sizeOf(shape.slice(0, axis));
  const parts: Float64Array[] = [];
  for (let block = 0; block < outer; block++) {
    for (const { data } of tensors) {
      const each = data.length / outer;
      parts.push(data.subarray(block * each, (block + 1) * each));
    }
  }
  const length = tensors.reduce((sum, tensor) => sum + tensor.shape[axis], 0);
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  requireModest(size);
  const joined = new Float64Array(size);
  let next = 0;
  for (const part of parts) {
    joined.set(part, next);
    next += part.length;
  }
  return { type, shape: shape.with(axis, length), data: joined };
}

/** A damaged file must not ask for all memory there is. */
export function requireModest(size: number): void {
  if (!(size >= 0 && size <= 2 ** 24)) {
    throw new InputError(`expected a constant of at most 2^24 numbers, got ${size}; is the file damaged?`);
  }
}

/** The tensor repeated as NumPy's broadcasting does. */
export function broadcastTensor({ type, shape, data }: Tensor, full: Shape): Tensor {
  if (sizeOf(full) !== data.length) requireModest(sizeOf(full));
  return { type, shape: full, data: at(data, broadcastPlaces(shape, full)) };
}

function at(data: Float64Array, places: Int32Array): Float64Array {
  const moved = new Float64Array(places.length);
  for (let k = 0; k < places.length; k++) moved[k] = data[places[k]];
  return moved;
}
