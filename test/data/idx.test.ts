import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fromBytes } from "../../src/data/byteSource.ts";
import { readIdx } from "../../src/data/idx.ts";
import { InputError } from "../../src/inputError.ts";
import { mutations } from "./arrayFixtures.ts";
import { idxFile } from "./imageFixtures.ts";

const read = (file: Uint8Array, axes: number) => readIdx(fromBytes(file, "a-ubyte"), axes);

const arrays = fc.array(fc.nat(5), { minLength: 1, maxLength: 3 }).chain((shape) => {
  const length = shape.reduce((product, count) => product * count, 1);
  return fc.record({
    shape: fc.constant(shape),
    data: fc.uint8Array({ minLength: length, maxLength: length }),
  });
});

test.each([false, true])("round trip, gzip: %s", async (compressed) => {
  await fc.assert(
    fc.asyncProperty(arrays, async ({ shape, data }) => {
      const file = idxFile(shape, data);
      const found = await read(compressed ? gzipSync(file) : file, shape.length);
      expect(found).toEqual({ shape, data });
    }),
  );
});

test("any change of header or length is an InputError of one line, or the same bytes in another shape", async () => {
  const cases = arrays.chain(({ shape, data }) => {
    const file = idxFile(shape, data);
    return mutations(file, 4 + 4 * shape.length).map((changed) => ({ shape, data, changed }));
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ shape, data, changed }) => {
      const outcome = await read(changed, shape.length).catch((error: unknown) => error);
      if (outcome instanceof InputError) {
        expect(outcome.message).toMatch(/^a-ubyte: [^\n]*[;,] [^\n]*$/);
        return;
      }
      expect(outcome).toMatchObject({ data });
      expect((outcome as typeof outcome & { shape: number[] }).shape).not.toEqual(shape);
    }),
  );
});

test("lengths whose product overflows, or is far beyond the file, are refused before anything is allocated", async () => {
  for (const shape of [
    [2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1],
    [2 ** 31, 1, 1],
  ]) {
    await expect(read(idxFile(shape, [1, 2]), 3)).rejects.toThrow(/expected .* bytes for an array of/);
  }
});

test("what is wrong is named", async () => {
  const labels = idxFile([2], [3, 4]);
  await expect(read(labels, 3)).rejects.toThrow(/expected an idx array of 3 axes, got 1; images have 3/);
  await expect(read(idxFile([2], new Uint8Array(8), 13), 1)).rejects.toThrow(
    "a-ubyte: expected idx elements of unsigned bytes, got float32; save it as npz instead",
  );
  await expect(read(new TextEncoder().encode("<!DOCTYPE html>"), 1)).rejects.toThrow(/got other content/);
  await expect(read(labels.subarray(0, -1), 1)).rejects.toThrow(/expected 10 bytes .* got 9/);
  await expect(read(labels.subarray(0, 6), 1)).rejects.toThrow(/header is cut short/);
  await expect(read(new Uint8Array(0), 1)).rejects.toThrow(InputError);
});
