import fc from "fast-check";
import { expect, test } from "vitest";
import { readAll } from "../../src/data/arraySource.ts";
import { fromBytes } from "../../src/data/byteSource.ts";
import { type ElementType, elementBytes } from "../../src/data/floatElements.ts";
import { denseArray } from "../../src/data/floatSlab.ts";
import { columnMajor, naiveSlab } from "../reference/slab.ts";
import { elementFile, slabs, virtualSource } from "./arrayFixtures.ts";

/** A byte that differs between neighbouring positions, rows and pages. */
const byteAt = (position: number) =>
  (position + Math.floor(position / 251) * 7 + Math.floor(position / 65521)) % 256;

/** uint8 array of this shape from byte `offset` of a virtual file on. */
function virtualArray(shape: readonly number[], order: "C" | "F", offset = 0) {
  const size = shape.reduce((product, length) => product * length, 1);
  const { source, reads } = virtualSource(offset + size, byteAt);
  const array = denseArray({
    bytes: source,
    position: offset,
    shape,
    dtype: "uint8",
    littleEndian: true,
    order,
  });
  return { array, reads };
}

const integerTypes = ["int8", "int16", "int32", "int64", "uint8", "float32", "float64"] as const;

test("every slab equals the index formula, for any shape, order, element type, byte order and position", async () => {
  const cases = fc.record({
    slab: slabs,
    dtype: fc.constantFrom<ElementType>(...integerTypes),
    littleEndian: fc.boolean(),
    order: fc.constantFrom("C" as const, "F" as const),
    position: fc.nat(17),
    single: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ slab, dtype, littleEndian, order, position, single }) => {
      const { shape, start, count } = slab;
      const size = shape.reduce((product, length) => product * length, 1);
      const values = Array.from({ length: size }, (_, k) => (dtype === "uint8" ? k % 251 : (k % 251) - 125));
      const stored = order === "F" ? columnMajor(values, shape) : values;
      const file = new Uint8Array(position + size * elementBytes[dtype]);
      file.set(elementFile(stored, dtype, littleEndian), position);
      const array = denseArray({ bytes: fromBytes(file, "a"), position, shape, dtype, littleEndian, order });
      const expected = naiveSlab(values, shape, start, count);
      const target = single ? new Float32Array(expected.length) : new Float64Array(expected.length);
      expect(await array.read(start, count, target)).toBe(target);
      expect(Array.from(target)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

/** Compares a slab of a virtual uint8 matrix or stack of matrices with the index formula, without arrays of indices. */
async function expectVirtualSlab(shape: number[], start: number[], count: number[], order: "C" | "F") {
  const offset = 13;
  const { array, reads } = virtualArray(shape, order, offset);
  const size = count.reduce((product, length) => product * length, 1);
  const target = await array.read(start, count, new Float32Array(size));
  const index = count.map(() => 0);
  let wrong = 0;
  for (let k = 0; k < size; k++) {
    let position = 0;
    for (let a = 0; a < shape.length; a++) {
      const axis = order === "C" ? a : shape.length - 1 - a;
      position = position * shape[axis] + start[axis] + index[axis];
    }
    if (target[k] !== byteAt(offset + position)) wrong++;
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === count[axis]; axis--) index[axis] = 0;
  }
  expect(wrong).toBe(0);
  return reads;
}

test.each([
  { what: "a block larger than the I/O buffer", shape: [2001, 3003], start: [1, 0], count: [1999, 3003] },
  { what: "a tile with small gaps", shape: [4001, 2003], start: [3, 5], count: [3990, 1990] },
  { what: "a tile with wide gaps", shape: [2500, 70_001], start: [1, 100], count: [2499, 3] },
  { what: "runs longer than a read call", shape: [3, 2_500_001], start: [0, 1], count: [3, 2_400_000] },
  { what: "a stack of blocks", shape: [301, 6, 4001], start: [1, 2, 3], count: [300, 3, 3990] },
  { what: "a stack, last axis short", shape: [4001, 201, 7], start: [7, 1, 1], count: [3990, 199, 5] },
  { what: "one column", shape: [2_000_000, 3], start: [0, 1], count: [2_000_000, 1] },
])("$what, in either order", async ({ shape, start, count }) => {
  await expectVirtualSlab(shape, start, count, "C");
  await expectVirtualSlab(shape, start, count, "F");
});

test("a block of rows is one sequence of reads of exactly its bytes", async () => {
  const reads = await expectVirtualSlab([3001, 3003], [500, 0], [2000, 3003], "C");
  let position = 13 + 500 * 3003;
  for (const read of reads) {
    expect(read.position).toBe(position);
    position += read.length;
  }
  expect(position).toBe(13 + 2500 * 3003);
  expect(reads.length).toBeLessThanOrEqual(8);
});

test("a tile with wide gaps reads its own bytes only, one call a row", async () => {
  const reads = await expectVirtualSlab([2500, 70_001], [1, 100], [2499, 3], "C");
  expect(reads.length).toBe(2499);
  expect(reads.every(({ length }) => length === 3)).toBe(true);
});

test("a tile with small gaps is read through them in few calls", async () => {
  const reads = await expectVirtualSlab([4001, 2003], [3, 5], [3990, 1990], "C");
  expect(reads.length).toBeLessThan(12);
});

test("elements beyond 4 GiB and 2^40", async () => {
  const shape = [2 ** 21, 2 ** 20];
  const { array } = virtualArray(shape, "C");
  const start = [2 ** 21 - 2, 2 ** 20 - 3];
  const target = await array.read(start, [2, 3], new Float64Array(6));
  const first = start[0] * 2 ** 20 + start[1];
  expect(Array.from(target)).toEqual(
    [0, 1, 2, 2 ** 20, 2 ** 20 + 1, 2 ** 20 + 2].map((k) => byteAt(first + k)),
  );
});

test("reads side by side do not disturb each other, nor does one that failed", async () => {
  const { array } = virtualArray([4001, 2003], "F");
  const tile = async (column: number) =>
    Buffer.from((await array.read([0, column], [4001, 20], new Float32Array(4001 * 20))).buffer);
  const columns = [0, 50, 1000, 1900];
  const together = await Promise.all(columns.map(tile));
  for (const [k, column] of columns.entries()) expect(together[k].equals(await tile(column))).toBe(true);

  const bytes = fromBytes(new Uint8Array(8), "short");
  const short = denseArray({
    bytes,
    position: 0,
    shape: [3],
    dtype: "float32",
    littleEndian: true,
    order: "C",
  });
  await expect(short.read([0], [3], new Float32Array(3))).rejects.toThrow("short: ends at byte 8");
  expect(await short.read([0], [2], new Float32Array(2))).toEqual(new Float32Array(2));
});

test("an array larger than memory is refused as a whole", async () => {
  const { array } = virtualArray([2 ** 20, 2 ** 20], "C");
  await expect(readAll(array)).rejects.toThrow(
    /^virtual: expected an array that fits in memory, got 1099511627776/,
  );
});

test("a target in shared memory", async () => {
  const { array } = virtualArray([4, 5], "F");
  const target = new Float64Array(new SharedArrayBuffer(20 * 8));
  await array.read([0, 0], [4, 5], target);
  expect(target[7]).toBe(byteAt(2 * 4 + 1));
});

test.each([
  { start: [0], count: [1, 1], length: 1, why: "rank of start" },
  { start: [0, 0], count: [1], length: 1, why: "rank of count" },
  { start: [-1, 0], count: [1, 1], length: 1, why: "negative start" },
  { start: [0, 0.5], count: [1, 1], length: 1, why: "fraction" },
  { start: [2, 0], count: [2, 1], length: 2, why: "past the end" },
  { start: [0, 0], count: [Number.NaN, 1], length: 1, why: "NaN" },
  { start: [0, 0], count: [2, 2], length: 5, why: "length of the target" },
])("a slab that does not fit is a RangeError: $why", async ({ start, count, length }) => {
  const { array } = virtualArray([3, 4], "C");
  await expect(array.read(start, count, new Float64Array(length))).rejects.toThrow(RangeError);
});
