import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MemoryLimits, vectorMemory } from "../../../src/linalg/kernels/vectorMemory.ts";
import type { FloatArray } from "../../../src/linalg/matrix.ts";
import { vectorMathWithin } from "../vectorPlaces.ts";

const page = 2 ** 16;
const shared: MemoryLimits = { shared: true, initial: 1, maximum: 8 };
const unshared: MemoryLimits = { shared: false, initial: 4, maximum: 4 };

describe.each([
  ["shared", shared],
  ["unshared", unshared],
])("%s memory", (_title, limits) => {
  test("gives zeroed, aligned arrays that keep what is written to them", async () => {
    const math = await vectorMathWithin(limits);
    const request = fc.record({
      precision: fc.constantFrom("float32" as const, "float64" as const),
      length: fc.integer({ min: 0, max: 3000 }),
      release: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 60 }), (requests) => {
        const used: { array: FloatArray; mark: number }[] = [];
        requests.forEach(({ precision, length, release }, k) => {
          const array = math.allocate(precision, length);
          expect(array).toBeInstanceOf(precision === "float32" ? Float32Array : Float64Array);
          expect(array.length).toBe(length);
          expect(array.byteOffset % 64).toBe(0);
          expect(array.every((value) => value === 0)).toBe(true);
          array.fill(k + 1);
          used.push({ array, mark: k + 1 });
          if (release) math.release(used.splice(k % used.length, 1)[0].array);
        });
        for (const { array, mark } of used) {
          expect(array.every((value) => value === mark)).toBe(true);
          math.release(array);
        }
      }),
    );
  });

  test("uses released memory again, once", async () => {
    const math = await vectorMathWithin(limits);
    const first = math.allocate("float64", 1000);
    math.release(first);
    const second = math.allocate("float32", 2000);
    expect(second.buffer).toBe(first.buffer);
    expect(second.byteOffset).toBe(first.byteOffset);
    expect(() => math.release(second.subarray(0, 1999))).toThrow(RangeError);
    math.release(second);
    expect(() => math.release(second)).toThrow(RangeError);
    expect(() => math.release(second.subarray(20))).toThrow(RangeError);
  });

  test("when exhausted, gives arrays on which everything still works", async () => {
    const math = await vectorMathWithin(limits);
    const length = page / 8;
    const arrays = Array.from({ length: 2 * limits.maximum }, () => math.allocate("float64", length).fill(1));
    const inside = arrays.filter((array) => array.buffer.byteLength > 8 * length);
    expect(inside.length).toBeGreaterThanOrEqual(limits.maximum / 2);
    expect(inside.length).toBeLessThan(limits.maximum);
    for (const array of arrays) math.axpy(2, arrays[0], array);
    expect(arrays.map((array) => array[length - 1])).toEqual(arrays.map((_, k) => (k === 0 ? 3 : 7)));
    for (const array of arrays) math.release(array);
    expect(math.allocate("float64", length).buffer.byteLength).toBeGreaterThan(8 * length);
  });

  test("leaves impossible lengths to the engine to refuse", async () => {
    const math = await vectorMathWithin(limits);
    expect(math.allocate("float32", 0).length).toBe(0);
    expect(() => math.allocate("float32", -1)).toThrow(RangeError);
    expect(() => math.allocate("float64", 2 ** 60)).toThrow(RangeError);
  });
});

test("growing keeps older arrays, and they work with newer ones", async () => {
  const math = await vectorMathWithin(shared);
  const old = math.allocate("float32", 100).fill(2);
  const young = math.allocate("float32", (3 * page) / 4).fill(1);
  expect(young.buffer).not.toBe(old.buffer);
  expect(young.buffer.byteLength).toBeGreaterThan(old.buffer.byteLength);
  math.axpy(3, old, young.subarray(0, 100));
  expect([young[0], young[99], young[100], old[0]]).toEqual([7, 7, 1, 2]);
});

test("clears only what an array lay on before", () => {
  const cleared: [number, number][] = [];
  const memory = vectorMemory(new WebAssembly.Memory(unshared), unshared, (at, bytes) => {
    cleared.push([at, bytes]);
  });
  const first = memory.allocate("float64", 8);
  expect(cleared).toEqual([]);
  memory.release(first);
  const second = memory.allocate("float64", 16);
  expect(cleared).toEqual([[first.byteOffset, 64]]);
  expect(second.byteOffset).toBe(first.byteOffset);
});
