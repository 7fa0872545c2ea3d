import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Eigenpair,
  type Kernels,
  lanczos,
  openKernels,
  openWasmKernels,
} from "../../src/linalg/index.ts";
import { createStream } from "../../src/random/index.ts";
import { diagonalOperator, explicitOperator, inner, symmetricWith } from "../reference/symmetric.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

const random = (label: string | number) => createStream(31).split("lanczos", label);
const descending = (values: ArrayLike<number>) => Array.from(values).sort((a, b) => b - a);
const valuesOf = (pairs: readonly Eigenpair[]) => pairs.map(({ value }) => value);

/** Spectra from few distinct values, so that most are degenerate, of every sign and rank, and of any scale. */
const spectra = fc
  .record({
    distinct: fc.array(fc.integer({ min: -4, max: 6 }), { minLength: 1, maxLength: 4 }),
    choices: fc.array(fc.nat(3), { minLength: 1, maxLength: 14 }),
    scale: fc.integer({ min: -150, max: 150 }),
  })
  .map(({ distinct, choices, scale }) => ({
    scale: 10 ** scale,
    spectrum: choices.map((choice) => distinct[choice % distinct.length]),
  }));

test("values with their multiplicities, residuals and orthonormal vectors, against explicit matrices", async () => {
  await fc.assert(
    fc.asyncProperty(
      spectra,
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 0, max: 5 }),
      fc.nat(1e6),
      async ({ spectrum, scale }, largest, smallest, seed) => {
        if (largest + smallest === 0) return;
        const size = spectrum.length;
        const a = symmetricWith(spectrum, seed).map((row) => row.map((value) => value * scale));
        const found = await lanczos(explicitOperator(a), {
          kernels,
          random: random(seed),
          largest,
          smallest,
        });
        const sorted = descending(spectrum).map((value) => value * scale);
        const norm = Math.max(...sorted.map(Math.abs));
        const close = (pairs: readonly Eigenpair[], expected: number[]) => {
          expect(pairs).toHaveLength(expected.length);
          pairs.forEach(({ value }, k) => {
            expect(Math.abs(value - expected[k])).toBeLessThanOrEqual(1e-12 * norm);
          });
        };
        close(found.largest, sorted.slice(0, largest));
        close(found.smallest, sorted.reverse().slice(0, smallest));
        expect(found.complete).toBe(true);
        for (const pairs of [found.largest, found.smallest]) {
          for (const [k, { value, vector, residual, converged }] of pairs.entries()) {
            const off = a.map((row, i) => (inner(row, vector) - value * vector[i]) / (norm || 1));
            expect(Math.abs(residual / (norm || 1) - Math.sqrt(inner(off, off)))).toBeLessThan(1e-14);
            expect(converged).toBe(true);
            expect(residual).toBeLessThanOrEqual(1e-10 * norm);
            for (let other = 0; other <= k; other++) {
              expect(Math.abs(inner(vector, pairs[other].vector) - (other === k ? 1 : 0))).toBeLessThan(
                1e-13,
              );
            }
          }
        }
        // each chain holds a vector of every eigenspace it meets: multiplicities cost chains, not more
        expect(found.products).toBeLessThanOrEqual(
          5 * size + found.largest.length + found.smallest.length + 5,
        );
      },
    ),
    { numRuns: 150 },
  );
});

describe("operators too large to write out", () => {
  const size = 3000;
  const bulk = Float64Array.from({ length: size }, (_, i) => Math.cos((Math.PI * i) / size));

  test("five copies of the largest eigenvalue, and two of the smallest, apart from a bulk", async () => {
    const diagonal = bulk.slice();
    for (const k of [3, 500, 1500, 2000, 2999]) diagonal[k] = 2;
    for (const k of [4, 501]) diagonal[k] = -3;
    const operator = diagonalOperator(diagonal);
    const { largest, smallest, complete, products } = await lanczos(operator, {
      kernels,
      random: random("copies"),
      largest: 5,
      smallest: 2,
    });
    for (const { value } of largest) expect(Math.abs(value - 2)).toBeLessThan(1e-13);
    for (const { value } of smallest) expect(Math.abs(value + 3)).toBeLessThan(1e-13);
    expect(complete).toBe(true);
    expect(products).toBe(operator.count);
    expect(products).toBeLessThan(300);
  });

  test("restarts in little memory: the same pairs, to the tolerance", async () => {
    const diagonal = Float64Array.from({ length: size }, (_, i) => (i + 1) ** -0.5);
    const options = { kernels, largest: 6, tolerance: 1e-9 };
    const roomy = await lanczos(diagonalOperator(diagonal), { ...options, random: random("roomy") });
    const tight = await lanczos(diagonalOperator(diagonal), {
      ...options,
      random: random("tight"),
      basisBytes: 0,
    });
    for (const { largest, complete } of [roomy, tight]) {
      expect(complete).toBe(true);
      largest.forEach(({ value, converged }, k) => {
        expect(converged).toBe(true);
        expect(Math.abs(value - diagonal[k])).toBeLessThan(1e-13);
      });
    }
    // room for 16 vectors: each of the two chains had to restart
    expect(tight.products).toBeGreaterThan(48);
  });

  test("both ends of a cluster at the edge need restarts and arrive", async () => {
    const edges = Float64Array.from({ length: 400 }, (_, i) => Math.cos((Math.PI * i) / 399));
    const { largest, smallest, products } = await lanczos(diagonalOperator(edges), {
      kernels,
      random: random("cluster"),
      largest: 1,
      smallest: 1,
      basisBytes: 40 * 8 * edges.length,
      tolerance: 1e-8,
    });
    expect([largest[0].converged, smallest[0].converged]).toEqual([true, true]);
    expect(Math.abs(largest[0].value - 1)).toBeLessThan(1e-8);
    expect(Math.abs(smallest[0].value + 1)).toBeLessThan(1e-8);
    expect(products).toBeGreaterThan(80);
  });

  test("too few products: what there is, marked as not converged, with true residuals", async () => {
    const { largest, complete, products } = await lanczos(diagonalOperator(bulk), {
      kernels,
      random: random("budget"),
      largest: 2,
      maxProducts: 12,
    });
    expect(complete).toBe(false);
    expect(products).toBe(14);
    for (const { value, vector, residual, converged } of largest) {
      expect(converged).toBe(false);
      const off = vector.map((entry, i) => (bulk[i] - value) * entry);
      expect(residual).toBeCloseTo(Math.sqrt(inner(off, off)), 13);
      // what a residual promises
      expect(Math.min(...bulk.map((eigenvalue) => Math.abs(eigenvalue - value)))).toBeLessThanOrEqual(
        residual,
      );
    }
  });

  test("zero, a multiple of the identity, and rank two", async () => {
    const of = (diagonal: Float64Array) =>
      lanczos(diagonalOperator(diagonal), { kernels, random: random("few"), largest: 3, smallest: 1 });
    const zero = await of(new Float64Array(200));
    expect(valuesOf(zero.largest)).toEqual([0, 0, 0]);
    expect(zero.largest.every(({ residual, converged }) => residual === 0 && converged)).toBe(true);
    const identity = await of(new Float64Array(200).fill(-7));
    for (const value of valuesOf(identity.largest)) expect(value).toBeCloseTo(-7, 13);
    const low = await of(Float64Array.from({ length: 200 }, (_, i) => (i === 20 || i === 70 ? 1 : 0)));
    for (const [k, expected] of [1, 1, 0].entries()) expect(low.largest[k].value).toBeCloseTo(expected, 13);
    expect([zero, identity, low].every(({ complete, products }) => complete && products < 30)).toBe(true);
  });
});

test("a start of one's own: the outermost eigenvector that it meets, and the value next to it", async () => {
  const operator = diagonalOperator(Float64Array.of(9, 7, 7, 5, 4, 4));
  const find = (start: Float64Array) =>
    lanczos(operator, { kernels, random: random("start"), largest: 1, start });
  const { largest, nextLargest } = await find(Float64Array.of(0, 3e-200, 4e-200, 1e-200, 0, 1e-200));
  expect(largest[0].value).toBeCloseTo(7, 13);
  expect(nextLargest).toBeCloseTo(5, 13);
  // the part of the start in the eigenspace, whichever vectors span it
  expect(Math.abs(largest[0].vector[1])).toBeCloseTo(0.6, 13);
  expect(Math.abs(largest[0].vector[2])).toBeCloseTo(0.8, 13);
  const alone = await find(Float64Array.of(0, 0, 0, 0, 1, 1));
  expect(alone).toMatchObject({ nextLargest: undefined, products: 2 });
  await expect(find(new Float64Array(6))).rejects.toThrow(RangeError);
  await expect(find(Float64Array.of(1, 2))).rejects.toThrow("start of length 6");
});

test("wasm kernels find the same; equal streams give equal bits", async () => {
  const diagonal = Float64Array.from({ length: 400 }, (_, i) => 1 / (i + 1));
  const run = (own: Kernels) =>
    lanczos(diagonalOperator(diagonal), { kernels: own, random: random("again"), largest: 4 });
  const wasm = await openWasmKernels();
  const [native, again, other] = [await run(kernels), await run(kernels), await run(wasm)];
  await wasm.close();
  expect(again).toEqual(native);
  other.largest.forEach(({ value }, k) => {
    expect(value).toBeCloseTo(1 / (k + 1), 13);
  });
});

test("cancellation, progress, and operators that break their promise", async () => {
  const diagonal = Float64Array.from({ length: 300 }, (_, i) => i);
  const controller = new AbortController();
  const seen: number[] = [];
  const cancelled = lanczos(diagonalOperator(diagonal), {
    kernels,
    random: random("cancel"),
    largest: 1,
    signal: controller.signal,
    onProgress(products, residual) {
      expect(residual).toBeGreaterThan(0);
      seen.push(products);
      if (products >= 5) controller.abort(new Error("enough"));
    },
  });
  await expect(cancelled).rejects.toThrow("enough");
  expect(seen).toEqual([1, 2, 3, 4, 5]);

  const run = (apply: (v: Float64Array) => Float64Array, largest = 1) =>
    lanczos({ size: 3, apply }, { kernels, random: random("bad"), largest });
  await expect(run((v) => v.fill(Number.NaN))).rejects.toThrow("expected finite products, got NaN");
  await expect(run(() => new Float64Array(2))).rejects.toThrow("product of length 3, got 2");
  await expect(run((v) => v, 0)).rejects.toThrow("not both 0");
  await expect(run((v) => v, 1.5)).rejects.toThrow(RangeError);
  for (const name of ["tolerance", "maxProducts", "basisBytes"]) {
    for (const value of [-1, Number.NaN]) {
      const options = { kernels, random: random("bad"), largest: 1, [name]: value };
      await expect(lanczos({ size: 3, apply: (v) => v }, options)).rejects.toThrow(
        new RangeError(`lanczos: expected a ${name} of at least 0, got ${value}`),
      );
    }
  }
  await expect(
    lanczos({ size: 0, apply: (v) => v }, { kernels, random: random("bad"), largest: 1 }),
  ).rejects.toThrow("size of at least 1");
});
