import fc from "fast-check";
import { expect, test } from "vitest";
import { fromBytes } from "../../src/data/byteSource.ts";
import { stridedArray } from "../../src/data/stridedArray.ts";
import { elementFile, slabs, virtualSource } from "./arrayFixtures.ts";

/** Naively: every index of the slab, in row-major order. */
function indices(start: readonly number[], count: readonly number[]): number[][] {
  return count.reduce<number[][]>(
    (all, length, axis) =>
      all.flatMap((index) => Array.from({ length }, (_, k) => [...index, start[axis] + k])),
    [[]],
  );
}

test("any slab of any view is the elements at its strides", async () => {
  const views = fc.record({
    slab: slabs,
    strides: fc.array(fc.nat(9), { minLength: 4, maxLength: 4 }),
    offset: fc.nat(5),
  });
  const types = fc.constantFrom("float32", "float64", "int16", "int64" as const);
  const property = fc.asyncProperty(
    views,
    types,
    fc.boolean(),
    async ({ slab, strides, offset }, dtype, littleEndian) => {
      const { shape, start, count } = slab;
      const reach = shape.reduce(
        (sum, length, axis) => sum + Math.max(length - 1, 0) * strides[axis],
        offset + 1,
      );
      const numbers = Array.from({ length: reach }, (_, k) => 3 * k - 50);
      const bytes = fromBytes(elementFile(numbers, dtype, littleEndian), "w");
      const array = stridedArray({
        bytes,
        offset,
        shape,
        strides: strides.slice(0, shape.length),
        dtype,
        littleEndian,
      });
      const expected = indices(start, count).map(
        (index) => numbers[index.reduce((sum, k, axis) => sum + k * strides[axis], offset)],
      );
      expect(Array.from(await array.read(start, count, new Float64Array(expected.length)))).toEqual(expected);
    },
  );
  await fc.assert(property, { numRuns: 500 });
});

test("a view of a file larger than memory is read in pieces", async () => {
  const size = 2 ** 40;
  const { source, reads } = virtualSource(size, (position) => (position % 2 ** 20) / 2 ** 13);
  const shape = [3, 2 ** 20, 2];
  const strides = [2 ** 37, 2, 2 ** 20 + 1];
  const array = stridedArray({
    bytes: source,
    offset: 5,
    shape,
    strides,
    dtype: "uint8",
    littleEndian: true,
  });
  const values = await array.read([1, 10, 0], [2, 2 ** 20 - 10, 2], new Float32Array(2 * (2 ** 20 - 10) * 2));
  const at = (i: number, j: number, k: number) =>
    ((5 + i * 2 ** 37 + j * 2 + k * (2 ** 20 + 1)) % 2 ** 20) >> 13;
  for (const [i, j, k] of [
    [1, 10, 0],
    [1, 10, 1],
    [2, 2 ** 20 - 1, 1],
    [2, 777_777, 0],
  ]) {
    expect(values[((i - 1) * (2 ** 20 - 10) + j - 10) * 2 + k]).toBe(at(i, j, k));
  }
  expect(Math.max(...reads.map(({ length }) => length))).toBeLessThanOrEqual(4 * 2 ** 20);
  expect(reads.length).toBe(2);
});
