import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { frobeniusEstimate, type Kernels, openKernels, traceEstimate } from "../../src/linalg/index.ts";
import { createStream } from "../../src/random/index.ts";
import { diagonalOperator, explicitOperator, symmetricWith } from "../reference/symmetric.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

const random = (label: string | number) => createStream(37).split("trace", label);
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);

test("an operator no larger than the queries is summed exactly, at any scale", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: -5, max: 9 }), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: -150, max: 150 }),
      fc.nat(1e6),
      async (spectrum, scale, seed) => {
        const a = symmetricWith(spectrum, seed).map((row) => row.map((value) => value * 10 ** scale));
        const options = { kernels, random: random(seed), queries: 12 };
        const { trace, standardError, probes, products } = await traceEstimate(explicitOperator(a), options);
        const size = sum(spectrum.map(Math.abs)) * 10 ** scale;
        expect(Math.abs(trace - sum(spectrum) * 10 ** scale)).toBeLessThanOrEqual(1e-13 * size);
        expect({ standardError, probes, products }).toEqual({
          standardError: 0,
          probes: 0,
          products: spectrum.length,
        });
      },
    ),
    { numRuns: 100 },
  );
});

describe("on 60×60 operators with known trace", () => {
  const spectra = {
    "indefinite, flat": Array.from({ length: 60 }, (_, k) => Math.cos(k)),
    decaying: Array.from({ length: 60 }, (_, k) => 1 / (k + 1) ** 2),
  };
  const repetitions = 500;
  const run = async (spectrum: readonly number[], label: string) => {
    const operator = explicitOperator(symmetricWith(spectrum, 5));
    return Promise.all(
      Array.from({ length: repetitions }, (_, k) =>
        traceEstimate(operator, { kernels, random: random(`${label}/${k}`), queries: 30 }),
      ),
    );
  };

  test.each(Object.entries(spectra))(
    "%s: unbiased, and the standard error is what it says",
    async (name, spectrum) => {
      const estimates = await run(spectrum, name);
      const errors = estimates.map(({ trace }) => trace - sum(spectrum));
      const mean = sum(errors) / repetitions;
      const spread = Math.sqrt(sum(errors.map((error) => error ** 2)) / repetitions);
      expect(Math.abs(mean)).toBeLessThan((3.5 * spread) / Math.sqrt(repetitions));
      // mean of the estimated variances against the variance: 500 repetitions know it to 10 %
      const stated = Math.sqrt(sum(estimates.map(({ standardError }) => standardError ** 2)) / repetitions);
      expect(Math.abs(stated / spread - 1)).toBeLessThan(0.12);
      // Student's 97.5 % quantile at 9 degrees of freedom; 500 repetitions spread by 1 %
      const inside = estimates.filter(
        ({ standardError }, k) => Math.abs(errors[k]) <= 2.262157 * standardError,
      ).length;
      expect(inside / repetitions).toBeGreaterThan(0.92);
      expect(inside / repetitions).toBeLessThan(0.98);
      for (const { probes, products } of estimates)
        expect({ probes, products }).toEqual({ probes: 10, products: 30 });
    },
  );

  test("a decaying spectrum is mostly captured exactly: far below what random signs alone would give", async () => {
    const spectrum = spectra.decaying;
    const estimates = await run(spectrum, "captured");
    const a = symmetricWith(spectrum, 5);
    // variance of one random sign probe: 2 Σ_{i≠j} a_ij²
    const off = sum(a.flatMap((row, i) => row.map((value, j) => (i === j ? 0 : value ** 2))));
    const plain = Math.sqrt((2 * off) / 30);
    const spread = Math.sqrt(sum(estimates.map(({ trace }) => (trace - sum(spectrum)) ** 2)) / repetitions);
    expect(spread).toBeLessThan(plain / 5);
  });
});

test("low rank is exact to rounding, and what the sketch did not need goes to the probes", async () => {
  const diagonal = Float64Array.from({ length: 500 }, (_, i) => (i < 3 ? 10 - i : 0));
  const { trace, standardError, probes, products } = await traceEstimate(diagonalOperator(diagonal), {
    kernels,
    random: random("low"),
    queries: 24,
  });
  expect(Math.abs(trace - 27)).toBeLessThan(1e-12);
  expect(standardError).toBeLessThan(1e-12);
  expect({ probes, products }).toEqual({ probes: 13, products: 24 });
  const zero = await traceEstimate(diagonalOperator(new Float64Array(100)), { kernels, random: random("0") });
  expect(zero).toMatchObject({ trace: 0, standardError: 0, products: 60 });
});

test("too few queries, cancellation and progress", async () => {
  const operator = diagonalOperator(new Float64Array(50).fill(1));
  await expect(traceEstimate(operator, { kernels, random: random("few"), queries: 5 })).rejects.toThrow(
    "at least 6 queries, got 5",
  );
  const controller = new AbortController();
  const seen: number[] = [];
  const cancelled = traceEstimate(operator, {
    kernels,
    random: random("cancel"),
    queries: 12,
    signal: controller.signal,
    onProgress(products) {
      seen.push(products);
      if (products === 7) controller.abort(new Error("enough"));
    },
  });
  await expect(cancelled).rejects.toThrow("enough");
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

describe("‖A‖_F", () => {
  test("of an operator no larger than the queries: exact, at any scale", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -5, max: 9 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: -140, max: 140 }),
        fc.nat(1e6),
        async (spectrum, scale, seed) => {
          const a = symmetricWith(spectrum, seed).map((row) => row.map((value) => value * 10 ** scale));
          const options = { kernels, random: random(seed), queries: 12 };
          const { norm, ...rest } = await frobeniusEstimate(explicitOperator(a), options);
          const expected = Math.sqrt(sum(spectrum.map((value) => value ** 2))) * 10 ** scale;
          expect(Math.abs(norm - expected)).toBeLessThanOrEqual(1e-13 * expected);
          expect(rest).toEqual({ standardError: 0, products: spectrum.length });
        },
      ),
      { numRuns: 60 },
    );
  });

  test("of larger ones: within its standard error, as Student's t with 9 degrees of freedom says", async () => {
    const spectrum = Array.from({ length: 60 }, (_, k) => Math.cos(k) / (1 + k / 10));
    const operator = explicitOperator(symmetricWith(spectrum, 3));
    const expected = Math.sqrt(sum(spectrum.map((value) => value ** 2)));
    const repetitions = 500;
    const estimates = await Promise.all(
      Array.from({ length: repetitions }, (_, k) =>
        frobeniusEstimate(operator, { kernels, random: random(`norm/${k}`), queries: 30 }),
      ),
    );
    const errors = estimates.map(({ norm }) => norm - expected);
    const spread = Math.sqrt(sum(errors.map((error) => error ** 2)) / repetitions);
    expect(Math.abs(sum(errors) / repetitions)).toBeLessThan((4 * spread) / Math.sqrt(repetitions));
    const inside = estimates.filter(
      ({ standardError }, k) => Math.abs(errors[k]) <= 2.262157 * standardError,
    ).length;
    // a standard deviation of 1 %
    expect(inside / repetitions).toBeGreaterThan(0.9);
    expect(inside / repetitions).toBeLessThan(0.985);
    expect(spread / expected).toBeLessThan(0.06);
  });
});
