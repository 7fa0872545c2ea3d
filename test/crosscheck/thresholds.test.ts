/** Thresholds that can be written down: closed forms of special data, and inequalities of the literature, against η* and ρ. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type BatchDraw,
  gradientDescentThreshold,
  growthRate,
  reducedJacobian,
  stabilityThreshold,
} from "../../src/dynamics/index.ts";
import { defined, geometryPoint, lossAlignmentExtremes } from "../../src/geometry/index.ts";
import { fromRows, type Kernels, matrix, openKernels } from "../../src/linalg/index.ts";
import { escapeProblems, noiseOf } from "../dynamics/escapeProblems.ts";
import { fill, product, seededUniform } from "../reference/dense.ts";
import { dot, frobenius, type Rows } from "../reference/explicitGeometry.ts";
import { gramOf } from "../reference/problems.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

const draws = (samples: number): fc.Arbitrary<BatchDraw> =>
  fc.oneof(
    fc.record({ batchSize: fc.integer({ min: 1, max: samples }), replacement: fc.constant(false) }),
    fc.record({ batchSize: fc.integer({ min: 1, max: 2 * samples }), replacement: fc.constant(true) }),
  );

const thresholdOf = async (rows: Rows, outputs: number, draw: BatchDraw) =>
  defined(
    await stabilityThreshold(await reducedJacobian(fromRows(rows), outputs, kernels), draw, { kernels }),
  ).value;
const growthOf = async (rows: Rows, outputs: number, learningRate: number, draw: BatchDraw) =>
  defined(
    await growthRate(
      await reducedJacobian(fromRows(rows), outputs, kernels),
      { learningRate, ...draw },
      { kernels },
    ),
  ).value;

test("GD: 2/λ_max, of differences of neighbours: λ_max = 4 sin²(pπ/(2(p+1)))/n", async () => {
  for (const p of [1, 2, 7, 40]) {
    const rows = Array.from({ length: p + 1 }, (_, i) =>
      Array.from({ length: p }, (_, j) => (i === j ? 1 : i === j + 1 ? -1 : 0)),
    );
    const n = p + 1;
    const expected = (2 * n) / (4 * Math.sin((p * Math.PI) / (2 * (p + 1))) ** 2);
    const problem = await reducedJacobian(fromRows(rows), 1, kernels);
    expect(Math.abs(defined(gradientDescentThreshold(problem)) / expected - 1)).toBeLessThan(1e-14 * n);
    // SGD with all samples at a time is GD
    const whole = await thresholdOf(rows, 1, { batchSize: n, replacement: false });
    expect(Math.abs(whole / expected - 1)).toBeLessThan(1e-14 * n);
  }
});

test("one parameter: Wu, Ma & E (2018), (1−ηa)² + η²cs² ≤ 1 with mean a and variance s² of the curvatures", async () => {
  const problems = fc
    .record({
      samples: fc.integer({ min: 1, max: 9 }),
      outputs: fc.integer({ min: 1, max: 3 }),
      seed: fc.nat(2 ** 31 - 1),
      scale: fc.integer({ min: -30, max: 30 }),
      rate: fc.double({ min: 0.05, max: 3, noNaN: true }),
    })
    .chain((problem) => draws(problem.samples).map((draw) => ({ ...problem, draw })));
  await fc.assert(
    fc.asyncProperty(problems, async ({ samples, outputs, seed, scale, rate, draw }) => {
      const next = seededUniform(seed);
      const rows = Array.from({ length: samples * outputs }, () => [next() * 10 ** scale]);
      const curvatures = Array.from({ length: samples }, (_, i) =>
        rows.slice(i * outputs, (i + 1) * outputs).reduce((sum, [value]) => sum + value * value, 0),
      );
      const a = curvatures.reduce((sum, h) => sum + h / samples, 0);
      const variance = curvatures.reduce((sum, h) => sum + (h - a) ** 2 / samples, 0);
      const noise = samples === 1 ? 0 : noiseOf(samples, draw);
      const expected = (2 * a) / (a * a + noise * variance);
      expect(Math.abs((await thresholdOf(rows, outputs, draw)) / expected - 1)).toBeLessThan(1e-13);
      const eta = rate / a;
      const growth = (1 - eta * a) ** 2 + eta * eta * noise * variance;
      const size = (1 + rate) ** 2 + eta * eta * noise * variance;
      expect(Math.abs((await growthOf(rows, outputs, eta, draw)) - growth)).toBeLessThan(1e-13 * size);
    }),
    { numRuns: 150 },
  );
});

test("orthogonal samples: η* = 2/(λ₁(1 + c(n−1))), without replacement 2B/max‖x_i‖²", async () => {
  const problems = fc.integer({ min: 1, max: 7 }).chain((samples) =>
    fc.record({
      samples: fc.constant(samples),
      more: fc.nat(3),
      seed: fc.nat(2 ** 31 - 1),
      draw: draws(samples),
    }),
  );
  await fc.assert(
    fc.asyncProperty(problems, async ({ samples, more, seed, draw }) => {
      const next = seededUniform(seed);
      const p = samples + more;
      // two reflections turn the axes
      let turned = fill(p, p, (i, j) => (i === j ? 1 : 0));
      for (let reflection = 0; reflection < 2; reflection++) {
        const v = Array.from({ length: p }, next);
        const square = dot(v, v);
        turned = product(
          fill(p, p, (i, j) => (i === j ? 1 : 0) - (2 * v[i] * v[j]) / square),
          turned,
        );
      }
      const lengths = Array.from({ length: samples }, () => 1.5 + next());
      const rows = lengths.map((length, i) =>
        Array.from({ length: p }, (_, j) => length * turned.data[i * p + j]),
      );
      const longest = Math.max(...lengths) ** 2;
      const noise = samples === 1 ? 0 : noiseOf(samples, draw);
      const value = await thresholdOf(rows, 1, draw);
      const expected = 2 / ((longest / samples) * (1 + noise * (samples - 1)));
      expect(Math.abs(value / expected - 1)).toBeLessThan(1e-12);
      if (!draw.replacement) {
        expect(Math.abs((value * longest) / (2 * draw.batchSize) - 1)).toBeLessThan(1e-12);
      }
    }),
    { numRuns: 150 },
  );
});

test("samples that differ in sign alone make no noise: 2/λ₁ for every batch", async () => {
  const next = seededUniform(4);
  const x = Array.from({ length: 5 }, next);
  const rows = [1, -1, -1, 1].map((sign) => x.map((value) => sign * value));
  for (const replacement of [true, false]) {
    for (const batchSize of [1, 2, 4]) {
      const value = await thresholdOf(rows, 1, { batchSize, replacement });
      expect(Math.abs((value * dot(x, x)) / 2 - 1)).toBeLessThan(1e-13);
    }
  }
});

/** Orthonormal columns that span the range of J, by Gram–Schmidt, twice. */
function rangeOf(rows: Rows): number[][] {
  const basis: number[][] = [];
  for (let j = 0; j < rows[0].length; j++) {
    let column = rows.map((row) => row[j]);
    const size = Math.sqrt(dot(column, column));
    for (let time = 0; time < 2; time++) {
      for (const other of basis) {
        const share = dot(column, other);
        column = column.map((value, i) => value - share * other[i]);
      }
    }
    const left = Math.sqrt(dot(column, column));
    if (left > 1e-10 * size) basis.push(column.map((value) => value / left));
  }
  return basis;
}

test("Wu, Wang & Su (2022): ρ ≥ η²cμ‖G‖_F² and η* ≤ 1/(√(cμ)‖G‖_F), with the least μ over what residuals can be", async () => {
  let bounding = 0;
  await fc.assert(
    fc.asyncProperty(escapeProblems, async ({ jacobian, outputs, samples, draw, rate }) => {
      const noise = samples === 1 ? 0 : noiseOf(samples, draw);
      const gram = gramOf(jacobian);
      const point = geometryPoint(gram, new Float64Array(jacobian.length), outputs);
      const basis = rangeOf(jacobian);
      const subspace = matrix(
        jacobian.length,
        basis.length,
        Float64Array.from({ length: jacobian.length * basis.length }, (_, k) => {
          return basis[k % basis.length][Math.floor(k / basis.length)];
        }),
      );
      const { min } = defined(await lossAlignmentExtremes(point, kernels, subspace));
      // ‖K‖_F/n
      const norm = frobenius([Array.from(gram.data)]) / samples;
      const threshold = await thresholdOf(jacobian, outputs, draw);
      const alignment = Math.max(0, min);
      expect(threshold * norm * Math.sqrt(noise * alignment)).toBeLessThanOrEqual(1 + 1e-9);
      const growth = await growthOf(jacobian, outputs, rate * threshold, draw);
      const kick = (rate * threshold * norm) ** 2 * noise * alignment;
      expect(growth).toBeGreaterThanOrEqual(kick * (1 - 1e-9));
      if (threshold * norm * Math.sqrt(noise * alignment) > 0.5) bounding++;
    }),
    { numRuns: 150, seed: 3 },
  );
  // it says something about many of them
  expect(bounding).toBeGreaterThan(10);
});

test("Wu, Wang & Su (2022): equality of the kick for orthogonal samples of one length, μ = (n−1)/n", async () => {
  const n = 6;
  const rows = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 3 : 0)));
  const point = geometryPoint(gramOf(rows), new Float64Array(n), 1);
  const { min, max } = defined(await lossAlignmentExtremes(point, kernels));
  expect(Math.abs(min - (n - 1) / n)).toBeLessThan(1e-14);
  expect(Math.abs(max - (n - 1) / n)).toBeLessThan(1e-14);
  // λ = 9/n n-fold, ‖G‖_F² = 81/n: ρ = (1−ηλ)² + η²c(n−1)λ², and the kick is what c brings
  for (const batchSize of [1, 2, 5]) {
    const draw = { batchSize, replacement: true };
    const eta = 0.7;
    const kick = (eta * eta * min * 81) / n / batchSize;
    const growth = (1 - (eta * 9) / n) ** 2 + kick;
    expect(Math.abs((await growthOf(rows, 1, eta, draw)) / growth - 1)).toBeLessThan(1e-12);
  }
});
