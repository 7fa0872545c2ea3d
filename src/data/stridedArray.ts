import type { ArraySource } from "./arraySource.ts";
import type { ByteSource } from "./byteSource.ts";
import { decodeElements, type ElementType, elementBytes } from "./floatElements.ts";
import { requireSlab } from "./floatSlab.ts";

/** Element (i, j, …) is element offset + i·strides[0] + j·strides[1] + … of `bytes`, and lies within. */
export interface StridedLayout {
  readonly bytes: ByteSource;
  readonly offset: number;
  readonly shape: readonly number[];
  /** In elements, ≥ 0. */
  readonly strides: readonly number[];
  readonly dtype: ElementType;
  readonly littleEndian: boolean;
}

/** The array at `layout`: a transpose, a slice, any view. Closing it closes `layout.bytes`. */
export function stridedArray(layout: StridedLayout): ArraySource {
  const { bytes, offset, shape, strides, dtype, littleEndian } = layout;
  const size = elementBytes[dtype];

  /**
   * A part of the slab, between its first and its last element in the file, in one read; in halves along the axis that
   * reaches farthest where that is too long.
   */
  async function readPart(part: Part, target: Float32Array | Float64Array): Promise<void> {
    const reaches = part.count.map((count, axis) => (count - 1) * strides[axis]);
    const span = 1 + reaches.reduce((sum, reach) => sum + reach, 0);
    if (span * size > bufferBytes) {
      const axis = reaches.indexOf(Math.max(...reaches));
      for (const half of halves(part, axis, strides[axis])) await readPart(half, target);
      return;
    }
    const buffer = new Uint8Array(span * size);
    await bytes.read(part.element * size, buffer);
    gather(decodeElements(buffer, dtype, littleEndian, bytes.name), strides, part, target);
  }

  return {
    name: bytes.name,
    shape,
    dtype,
    order: "C",
    async read(start, count, target) {
      requireSlab(bytes.name, shape, start, count, target.length);
      if (target.length === 0) return target;
      const element = start.reduce((sum, index, axis) => sum + index * strides[axis], offset);
      await readPart({ element, count, position: 0, steps: rowMajorStrides(count) }, target);
      return target;
    },
    close: () => bytes.close(),
  };
}

const bufferBytes = 4 * 2 ** 20;

/** `count` elements along each axis, from `element` in the file and from `position` in the target, which has strides `steps`. */
interface Part {
  readonly element: number;
  readonly count: readonly number[];
  readonly position: number;
  readonly steps: readonly number[];
}

function halves(part: Part, axis: number, stride: number): readonly Part[] {
  const first = part.count[axis] >> 1;
  return [
    { ...part, count: part.count.with(axis, first) },
    {
      ...part,
      count: part.count.with(axis, part.count[axis] - first),
      element: part.element + first * stride,
      position: part.position + first * part.steps[axis],
    },
  ];
}

function gather(
  numbers: ArrayLike<number>,
  strides: readonly number[],
  { count, position, steps }: Part,
  target: Float32Array | Float64Array,
): void {
  const last = count.length - 1;
  const visit = (axis: number, from: number, to: number) => {
    const [stride, step] = [strides[axis], steps[axis]];
    for (let k = 0; k < count[axis]; k++) {
      if (axis === last) target[to + k * step] = numbers[from + k * stride];
      else visit(axis + 1, from + k * stride, to + k * step);
    }
  };
  if (last < 0) target[position] = numbers[0];
  else visit(0, 0, position);
}

/** Strides, in elements, of a dense row-major array. */
export function rowMajorStrides(shape: readonly number[]): readonly number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1];
  return strides;
}
