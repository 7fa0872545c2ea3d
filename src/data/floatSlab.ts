/**
 * Hyperslabs of a dense array that lies in a file, as numbers: the one reader behind npy, npz and safetensors.
 *
 * A slab is a sequence of runs that are contiguous on disk. Runs are gathered into an I/O buffer of fixed size, with
 * one read call for runs that lie close together and calls side by side for those that do not; then the buffer is
 * decoded at once and placed in the target.
 */
import type { ArraySource } from "./arraySource.ts";
import type { ByteSource } from "./byteSource.ts";
import { decodeElements, type ElementType, elementBytes } from "./floatElements.ts";
import { placeSlab } from "./floatSlabPlacement.ts";

/** Where a dense array lies: its elements follow each other from byte `position` of `bytes` on. */
export interface DenseLayout {
  readonly bytes: ByteSource;
  readonly position: number;
  readonly shape: readonly number[];
  readonly dtype: ElementType;
  readonly littleEndian: boolean;
  readonly order: "C" | "F";
}

/** The array at `layout`, whose bytes must be there. Closing it closes `layout.bytes`. */
export function denseArray(layout: DenseLayout): ArraySource {
  const { bytes, shape, dtype, littleEndian, order } = layout;
  const capacity = Math.min(bufferBytes, product(shape) * elementBytes[dtype]);
  let idleBuffer: Uint8Array | undefined;

  return {
    name: bytes.name,
    shape,
    dtype,
    order,
    ...rowsOf(layout),
    async read(start, count, target) {
      requireSlab(bytes.name, shape, start, count, target.length);
      if (target.length === 0) return target;
      // After a failed read the buffer is given up: other calls may still be writing to it.
      const buffer = idleBuffer ?? new Uint8Array(capacity);
      idleBuffer = undefined;
      let placed = 0;
      for (const batch of batches(layout, start, count, capacity)) {
        await Promise.all(
          batch.calls.map(({ position, offset, length }) =>
            bytes.read(position, buffer.subarray(offset, offset + length)),
          ),
        );
        const wanted = closeGaps(buffer, batch.pieces);
        placeSlab(decodeElements(wanted, dtype, littleEndian, bytes.name), placed, count, order, target);
        placed += wanted.length / elementBytes[dtype];
      }
      idleBuffer = buffer;
      return target;
    },
    close() {
      idleBuffer = undefined;
      return bytes.close();
    },
  };
}

function rowsOf({
  bytes,
  position,
  shape,
  dtype,
  littleEndian,
  order,
}: DenseLayout): Pick<ArraySource, "rows"> {
  const { readSync } = bytes;
  const [count, ...inner] = shape;
  if (!readSync || count === undefined || (order === "F" && inner.length > 0)) return {};
  const width = product(inner);
  const stride = width * elementBytes[dtype];
  return { rows: { bytes: { ...bytes, readSync }, position, stride, count, width, dtype, littleEndian } };
}

const bufferBytes = 4 * 2 ** 20;
/** Reading through a gap of this many bytes costs about what another read call does. */
const widestGap = 32 * 2 ** 10;
/** Calls of this length are long enough; several side by side keep a disk busy. */
const longestCall = 2 ** 20;
const mostCalls = 1024;

/** What goes into the I/O buffer at once: read calls, and the pieces of the buffer that are asked for. */
interface Batch {
  readonly calls: ReadCall[];
  /** Pairs (offset, length) in bytes of the buffer, in the order of the slab on disk. */
  readonly pieces: number[];
}

interface ReadCall {
  readonly position: number;
  readonly offset: number;
  length: number;
}

function* batches(
  layout: DenseLayout,
  start: readonly number[],
  count: readonly number[],
  capacity: number,
): Generator<Batch> {
  const size = elementBytes[layout.dtype];
  const runs = contiguousRuns(layout.shape, layout.order, start, count);
  let batch: Batch = { calls: [], pieces: [] };
  let call: ReadCall | undefined;
  let used = 0;
  for (const firstElement of runs.firstElements) {
    let position = layout.position + firstElement * size;
    let left = runs.length * size;
    while (left > 0) {
      const gap: number = call === undefined ? 0 : position - (call.position + call.length);
      const joins: boolean = call !== undefined && gap <= widestGap && call.length < longestCall;
      const offset = joins ? used + gap : used;
      const room = capacity - offset;
      if (room < size || (!joins && batch.calls.length === mostCalls)) {
        yield batch;
        batch = { calls: [], pieces: [] };
        call = undefined;
        used = 0;
        continue;
      }
      const length = Math.min(left, room - (room % size), longestCall);
      if (call !== undefined && joins) {
        call.length += gap + length;
      } else {
        call = { position, offset, length };
        batch.calls.push(call);
      }
      batch.pieces.push(offset, length);
      used = offset + length;
      position += length;
      left -= length;
    }
  }
  yield batch;
}

/** Runs of `length` elements that are contiguous on disk and make up the slab, in the order of the disk. */
function contiguousRuns(
  shape: readonly number[],
  order: "C" | "F",
  start: readonly number[],
  count: readonly number[],
): { length: number; firstElements: Iterable<number> } {
  // Axes from the one that varies fastest on disk to the slowest.
  const axes = shape.map((_, axis) => (order === "F" ? axis : shape.length - 1 - axis));
  const outer: { count: number; stride: number }[] = [];
  let length = 1;
  let stride = 1;
  let first = 0;
  let contiguous = true;
  for (const axis of axes) {
    if (contiguous) length *= count[axis];
    else outer.push({ count: count[axis], stride });
    contiguous &&= count[axis] === shape[axis];
    first += start[axis] * stride;
    stride *= shape[axis];
  }
  return { length, firstElements: strided(first, outer) };
}

/** first + Σ i_a·stride_a over all indices 0 ≤ i_a < count_a, the first axis varying fastest. */
function* strided(first: number, axes: readonly { count: number; stride: number }[]): Generator<number> {
  const index = axes.map(() => 0);
  let element = first;
  for (;;) {
    yield element;
    let axis = 0;
    for (; axis < axes.length; axis++) {
      element += axes[axis].stride;
      if (++index[axis] < axes[axis].count) break;
      element -= axes[axis].count * axes[axis].stride;
      index[axis] = 0;
    }
    if (axis === axes.length) return;
  }
}

/** Moves the pieces together at the front of the buffer and returns them. */
function closeGaps(buffer: Uint8Array, pieces: readonly number[]): Uint8Array {
  let end = 0;
  for (let k = 0; k < pieces.length; k += 2) {
    const offset = pieces[k];
    const length = pieces[k + 1];
    if (offset !== end) buffer.copyWithin(end, offset, offset + length);
    end += length;
  }
  return buffer.subarray(0, end);
}

function product(lengths: readonly number[]): number {
  return lengths.reduce((size, length) => size * length, 1);
}

/** Throws a RangeError where the slab does not fit the array or the target. */
export function requireSlab(
  name: string,
  shape: readonly number[],
  start: readonly number[],
  count: readonly number[],
  targetLength: number,
): void {
  const fits = (axis: number) =>
    Number.isInteger(start[axis]) &&
    Number.isInteger(count[axis]) &&
    start[axis] >= 0 &&
    count[axis] >= 0 &&
    start[axis] + count[axis] <= shape[axis];
  if (
    start.length !== shape.length ||
    count.length !== shape.length ||
    !shape.every((_, axis) => fits(axis))
  ) {
    throw new RangeError(`${name}: slab of (${count}) from (${start}) does not fit in shape (${shape})`);
  }
  if (targetLength !== product(count)) {
    throw new RangeError(
      `${name}: slab of (${count}) needs ${product(count)} elements, target has ${targetLength}`,
    );
  }
}
