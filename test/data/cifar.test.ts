import fc from "fast-check";
import { expect, test } from "vitest";
import { fromBytes } from "../../src/data/byteSource.ts";
import { readCifar } from "../../src/data/cifar.ts";
import { cifarFile } from "./imageFixtures.ts";

const read = (...files: Uint8Array[]) => readCifar(files.map((file, k) => fromBytes(file, `batch_${k}.bin`)));
const labels = fc.array(fc.nat(9), { maxLength: 12 });

test("any number of records in any number of batches, in their order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(labels, { maxLength: 4 }), async (batches) => {
      const found = await read(...batches.map((batch, k) => cifarFile(batch, k)));
      expect(Array.from(found.labels)).toEqual(batches.flat());
      const pixels = batches.flatMap((batch, k) =>
        batch.flatMap((_, i) => Array.from({ length: 3072 }, (_, at) => (7 * i + at + k) % 256)),
      );
      expect(Buffer.from(found.pixels).equals(Buffer.from(pixels))).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test("more records than one read takes", async () => {
  const many = Array.from({ length: 2500 }, (_, i) => (i * i) % 10);
  const found = await read(cifarFile(many));
  expect(Array.from(found.labels)).toEqual(many);
  expect(found.pixels.length).toBe(2500 * 3072);
  expect(found.pixels[2499 * 3072 + 5]).toBe((7 * 2499 + 5) % 256);
});

test("a length that is no whole number of records names the batch", async () => {
  await fc.assert(
    fc.asyncProperty(labels, fc.integer({ min: 1, max: 3072 }), async (batch, extra) => {
      const file = new Uint8Array(3073 * batch.length + extra);
      await expect(read(cifarFile([1]), file)).rejects.toThrow(
        `batch_1.bin: expected records of 3073 bytes (CIFAR-10, binary version), got ${file.length} bytes`,
      );
    }),
    { numRuns: 20 },
  );
});

test("a label above 9 names the record", async () => {
  await fc.assert(
    fc.asyncProperty(labels, fc.integer({ min: 10, max: 255 }), labels, async (before, wrong, after) => {
      await expect(read(cifarFile([...before, wrong, ...after]))).rejects.toThrow(
        `batch_0.bin: expected labels 0 to 9, got ${wrong} in record ${before.length};`,
      );
    }),
    { numRuns: 20 },
  );
});
