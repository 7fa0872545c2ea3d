import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Kernels,
  openKernels,
  type SymmetricOperator,
  spectralDensity,
} from "../../src/linalg/index.ts";
import { createStream } from "../../src/random/index.ts";
import { diagonalOperator, explicitOperator, inner, symmetricWith } from "../reference/symmetric.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

const random = (label: string | number) => createStream(41).split("density", label);

test("each quadrature is exact for polynomials of degree below twice its nodes", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 5 }),
      fc.nat(1e6),
      async (spectrum, steps, seed) => {
        const a = symmetricWith(spectrum, seed);
        const explicit = explicitOperator(a);
        const multiplied: Float64Array[] = [];
        const operator: SymmetricOperator = {
          size: a.length,
          apply(v) {
            multiplied.push(v);
            return explicit.apply(v);
          },
        };
        const options = { kernels, random: random(seed), probes: 3, steps, points: 2 };
        const { quadratures, products } = await spectralDensity(operator, options);
        expect(products).toBe(multiplied.length);
        let first = 0;
        for (const { nodes, weights } of quadratures) {
          const z = multiplied[first];
          first += nodes.length;
          let power = z;
          for (let degree = 0; degree < 2 * nodes.length; degree++) {
            const ofNodes = nodes.reduce((sum, node, k) => sum + weights[k] * node ** degree, 0);
            expect(Math.abs(ofNodes - inner(z, power))).toBeLessThan(1e-12 * 3 ** degree);
            power = await explicit.apply(power);
          }
        }
      },
    ),
    { numRuns: 100 },
  );
});

/** The exact density of known eigenvalues, each a Gaussian. */
const exactDensity = (spectrum: ArrayLike<number>, at: number, deviation: number) =>
  Array.from(spectrum).reduce(
    (sum, value) =>
      sum +
      Math.exp(-0.5 * ((at - value) / deviation) ** 2) /
        (spectrum.length * deviation * Math.sqrt(2 * Math.PI)),
    0,
  );

test("density and standard error against known eigenvalues: unbiased, and covered as Student's t says", async () => {
  const spectrum = [...Array.from({ length: 30 }, (_, k) => Math.sin(k)), 3, 3, 5];
  const operator = explicitOperator(symmetricWith(spectrum, 3));
  const places = [-0.9, 0, 0.8, 3, 5];
  const repetitions = 120;
  let inside = 0;
  const errors = places.map((): number[] => []);
  for (let trial = 0; trial < repetitions; trial++) {
    const result = await spectralDensity(operator, {
      kernels,
      random: random(`coverage/${trial}`),
      steps: 33,
      points: 200,
      broadening: 0.2,
    });
    for (const [p, place] of places.entries()) {
      const i = result.grid.findIndex((value) => value >= place);
      const off = result.density[i] - exactDensity(spectrum, result.grid[i], 0.2);
      errors[p].push(off);
      if (Math.abs(off) <= 2.262157 * result.standardError[i]) inside++;
    }
  }
  // sums of products of random signs are not quite normal, and places of one run go together
  expect(inside / repetitions / places.length).toBeGreaterThan(0.91);
  expect(inside / repetitions / places.length).toBeLessThan(0.985);
  for (const own of errors) {
    const mean = own.reduce((sum, off) => sum + off / repetitions, 0);
    expect(Math.abs(mean)).toBeLessThan((3.5 * Math.sqrt(inner(own, own))) / repetitions);
  }
});

test("a semicircle of 4,000 eigenvalues: its shape, and mass one", async () => {
  // quantiles of the semicircle law on [−2, 2], by bisection on its distribution function
  const law = (x: number) => 0.5 + (x * Math.sqrt(4 - x * x)) / (4 * Math.PI) + Math.asin(x / 2) / Math.PI;
  const diagonal = Float64Array.from({ length: 4000 }, (_, i) => {
    let [low, high] = [-2, 2];
    for (let step = 0; step < 50; step++) {
      const middle = (low + high) / 2;
      if (law(middle) < (i + 0.5) / 4000) low = middle;
      else high = middle;
    }
    return low;
  });
  const { grid, density, standardError } = await spectralDensity(diagonalOperator(diagonal), {
    kernels,
    random: random("semicircle"),
    probes: 4,
    steps: 80,
    broadening: 0.1,
  });
  const spacing = grid[1] - grid[0];
  expect(density.reduce((sum, value) => sum + value * spacing, 0)).toBeCloseTo(1, 4);
  for (const [i, at] of grid.entries()) {
    expect(Math.abs(density[i] - exactDensity(diagonal, at, 0.1))).toBeLessThan(0.012);
    expect(standardError[i]).toBeLessThan(0.01);
  }
});

test("one eigenvalue, zero and p = 1: a single node, found at the first step", async () => {
  for (const [diagonal, broadening] of [
    [new Float64Array(50).fill(-4), 0.04],
    [new Float64Array(50), 0.01],
    [Float64Array.of(7), 0.07],
  ] as const) {
    const result = await spectralDensity(diagonalOperator(diagonal), { kernels, random: random("one") });
    expect(result.products).toBe(10);
    expect(result.broadening).toBeCloseTo(broadening, 15);
    for (const { nodes, weights } of result.quadratures) {
      expect(nodes[0]).toBeCloseTo(diagonal[0], 13);
      expect(Array.from(weights)).toEqual([1]);
    }
    expect(Math.max(...result.standardError) / Math.max(...result.density)).toBeLessThan(1e-9);
  }
});

test("wrong counts, cancellation and progress", async () => {
  const operator = diagonalOperator(Float64Array.from({ length: 40 }, (_, i) => i));
  const run = (more: object) => spectralDensity(operator, { kernels, random: random("bad"), ...more });
  await expect(run({ probes: 1 })).rejects.toThrow("at least 2 probes, got 1");
  await expect(run({ steps: 0 })).rejects.toThrow("at least 1 steps, got 0");
  await expect(run({ points: 1.5 })).rejects.toThrow(RangeError);
  await expect(run({ broadening: -1 })).rejects.toThrow("positive number, got -1");
  await expect(run({ broadening: Infinity })).rejects.toThrow("finite positive number, got Infinity");
  const controller = new AbortController();
  let last = 0;
  const onProgress = (fraction: number) => {
    expect(fraction).toBeGreaterThan(last);
    last = fraction;
    if (fraction > 0.5) controller.abort(new Error("enough"));
  };
  await expect(run({ onProgress, signal: controller.signal })).rejects.toThrow("enough");
  last = 0;
  await run({ onProgress });
  expect(last).toBe(1);
});
