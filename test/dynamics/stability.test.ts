import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  alignmentBound,
  gradientDescentBatch,
  gradientDescentThreshold,
  growthRate,
  necessaryConditions,
  reducedJacobian,
  reducedLinearization,
  stabilityThreshold,
} from "../../src/dynamics/index.ts";
import { defined, geometryPoint, lossAlignment } from "../../src/geometry/index.ts";
import { fromRows, type Kernels, matrix, openKernels, transpose } from "../../src/linalg/index.ts";
import { seededUniform } from "../reference/dense.ts";
import { explicitDynamics, explicitThreshold, jacobiEigen, multiply } from "../reference/explicitDynamics.ts";
import { explicitGeometry, explicitLossAlignment, frobenius, trace } from "../reference/explicitGeometry.ts";
import { gramOf } from "../reference/problems.ts";
import { escapeProblems, noiseOf } from "./escapeProblems.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

test("η* against p²×p² matrices, to 1e-8 and within its own error", async () => {
  await fc.assert(
    fc.asyncProperty(escapeProblems, async ({ jacobian, outputs, samples, draw }) => {
      const problem = await reducedJacobian(fromRows(jacobian), outputs, kernels);
      const expected = explicitThreshold(explicitDynamics(jacobian, outputs), noiseOf(samples, draw));
      const { value, error, converged } = defined(await stabilityThreshold(problem, draw, { kernels }));
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-8 * expected);
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(error + 1e-12 * expected);
      expect(converged).toBe(true);
    }),
    { numRuns: 120 },
  );
});

test("the spectral radius of the map at η* is 1, an independent route; over 1 above it, not below", async () => {
  await fc.assert(
    fc.asyncProperty(escapeProblems, async ({ jacobian, outputs, draw }) => {
      const problem = await reducedJacobian(fromRows(jacobian), outputs, kernels);
      const { value } = defined(await stabilityThreshold(problem, draw, { kernels }));
      const at = async (factor: number) =>
        defined(await growthRate(problem, { learningRate: factor * value, ...draw }, { kernels })).value;
      expect(Math.abs((await at(1)) - 1)).toBeLessThanOrEqual(1e-9);
      // ρ(η) is convex with ρ(0) = 1 = ρ(η*)
      expect(await at(1.01)).toBeGreaterThan(1);
      expect(await at(0.99)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 150 },
  );
});

test("grows with B up to 2/λ₁ of GD; both necessary conditions lie above it", async () => {
  await fc.assert(
    fc.asyncProperty(escapeProblems, async ({ jacobian, outputs, samples, draw: { replacement } }) => {
      const problem = await reducedJacobian(fromRows(jacobian), outputs, kernels);
      const limit = defined(gradientDescentThreshold(problem));
      const explicit = explicitDynamics(jacobian, outputs);
      expect(Math.abs(limit * explicit.eigenvalues[0] - 2)).toBeLessThan(1e-12);
      let before = 0;
      for (let batchSize = 1; batchSize <= samples; batchSize++) {
        const draw = { batchSize, replacement };
        const { value } = defined(await stabilityThreshold(problem, draw, { kernels }));
        expect(value).toBeGreaterThanOrEqual(before * (1 - 1e-12));
        expect(value).toBeLessThanOrEqual(limit * (1 + 1e-12));
        before = value;

        const bounds = defined(necessaryConditions(problem, draw));
        expect(bounds.sharpestDirection).toBeGreaterThanOrEqual(value * (1 - 1e-10));
        expect(bounds.isotropic).toBeGreaterThanOrEqual(value * (1 - 1e-10));
        expect(bounds.sharpestDirection).toBeLessThanOrEqual(limit * (1 + 1e-12));
        const noise = noiseOf(samples, draw);
        const size = explicit.curvatures.reduce((sum, h) => sum + frobenius(h) ** 2, 0) / samples;
        const isotropic =
          (2 * trace(explicit.gaussNewton)) /
          ((1 - noise) * frobenius(explicit.gaussNewton) ** 2 + noise * size);
        // of one sample c is 0 here, where the formula has 1/B times what is the same twice
        expect(Math.abs(bounds.isotropic / isotropic - 1)).toBeLessThan(1e-10);
        if (explicit.eigenvalues.length < 2 || explicit.eigenvalues[1] < 0.99 * explicit.eigenvalues[0]) {
          const { values, vectors } = jacobiEigen(explicit.gaussNewton);
          const [first] = explicit.eigenvalues;
          const v = vectors[values.indexOf(Math.max(...values))];
          const along = explicit.curvatures.map(
            (h) =>
              multiply(
                [v],
                multiply(
                  h,
                  v.map((x) => [x]),
                ),
              )[0][0],
          );
          const spread = along.reduce((sum, value) => sum + (value / first - 1) ** 2, 0) / samples;
          expect(Math.abs((bounds.sharpestDirection * first * (1 + noise * spread)) / 2 - 1)).toBeLessThan(
            1e-9,
          );
        }
      }
      if (!replacement) expect(before).toBe(limit);
    }),
    { numRuns: 100 },
  );
});

test("the alignment bound is √(1/(cμ))/‖G‖_F", async () => {
  const next = seededUniform(11);
  const jacobian = Array.from({ length: 12 }, () => Array.from({ length: 7 }, next));
  const residuals = Float64Array.from({ length: 12 }, next);
  const explicit = explicitGeometry(jacobian, residuals, 2);
  const point = geometryPoint(gramOf(jacobian), residuals, 2);
  const problem = await reducedJacobian(fromRows(jacobian), 2, kernels);
  const of = (batchSize: number, replacement: boolean) =>
    alignmentBound(problem, { batchSize, replacement }, lossAlignment(point));
  const mu = explicitLossAlignment(explicit).covariance;
  const unit = 1 / Math.sqrt(mu) / frobenius(explicit.gaussNewton);
  expect(defined(of(2, true)) / (unit * Math.sqrt(2))).toBeCloseTo(1, 12);
  expect(defined(of(2, false)) / (unit * Math.sqrt((2 * 5) / 4))).toBeCloseTo(1, 12);
  expect(of(6, false)).toEqual({ undefined: expect.stringContaining("no noise") });
  const nowhere = { undefined: "the loss is zero" };
  expect(alignmentBound(problem, { batchSize: 1, replacement: true }, nowhere)).toBe(nowhere);
  const silent = { covariance: 0, secondMoment: 1 };
  expect(alignmentBound(problem, { batchSize: 1, replacement: true }, silent)).toEqual({
    undefined: expect.stringContaining("μ = 0"),
  });
  expect(() => of(7, false)).toThrow(RangeError);
});

test("SGD behaves as GD from the smallest batch on whose η* is within 1 % of 2/λ₁", async () => {
  await fc.assert(
    fc.asyncProperty(escapeProblems, async ({ jacobian, outputs, samples, draw: { replacement } }) => {
      const problem = await reducedJacobian(fromRows(jacobian), outputs, kernels);
      const limit = defined(gradientDescentThreshold(problem));
      const found = defined(await gradientDescentBatch(problem, replacement, { kernels }));
      expect(Number.isInteger(found) && found >= 1 && (replacement || found <= samples)).toBe(true);
      const share = async (batchSize: number) =>
        defined(await stabilityThreshold(problem, { batchSize, replacement }, { kernels })).value / limit;
      expect(await share(found)).toBeGreaterThanOrEqual(0.99 - 1e-9);
      if (found > 1) expect(await share(found - 1)).toBeLessThan(0.99 + 1e-9);
    }),
    { numRuns: 60 },
  );
});

test("G = 0 has no threshold, and says so", async () => {
  const problem = await reducedJacobian(matrix(4, 3), 1, kernels);
  const draw = { batchSize: 1, replacement: true };
  for (const value of [
    await stabilityThreshold(problem, draw, { kernels }),
    gradientDescentThreshold(problem),
    necessaryConditions(problem, draw),
    alignmentBound(problem, draw, { covariance: 1, secondMoment: 1 }),
    await gradientDescentBatch(problem, true, { kernels }),
  ]) {
    expect(value).toEqual({ undefined: expect.stringContaining("Gauss–Newton matrix is zero") });
  }
  await expect(
    stabilityThreshold(problem, { batchSize: 5, replacement: false }, { kernels }),
  ).rejects.toThrow("[1, 4], got 5");
});

test("larger than any p²×p² matrix: few products, and the same from any linearization", async () => {
  const [n, p] = [120, 300];
  const next = seededUniform(5);
  // a spectrum that falls over six decades
  const jacobian = matrix(
    n,
    p,
    Float64Array.from({ length: n * p }, (_, k) => next() * 10 ** ((-3 * (k % p)) / p)),
  );
  const problem = await reducedJacobian(jacobian, 1, kernels);
  const draw = { batchSize: 4, replacement: false };
  const found = defined(await stabilityThreshold(problem, draw, { kernels }));
  expect(found.converged).toBe(true);
  expect(found.products).toBeLessThan(80);
  expect(found.error).toBeLessThan(1e-9 * found.value);
  const at = defined(await growthRate(problem, { learningRate: found.value, ...draw }, { kernels }));
  expect(Math.abs(at.value - 1)).toBeLessThan(1e-6);

  const swept: string[] = [];
  const linearization = {
    samples: n,
    outputs: 1,
    parameters: p,
    residuals: new Float64Array(n),
    jvp: (v: Float64Array) => v,
    vjp: (v: Float64Array) => v,
    gram() {
      swept.push("gram");
      const gram = matrix(n, n);
      kernels.gemm(1, jacobian, transpose(jacobian), 0, gram);
      return gram;
    },
  };
  const same = await reducedLinearization(linearization, kernels);
  expect(
    Math.abs(defined(await stabilityThreshold(same, draw, { kernels })).value / found.value - 1),
  ).toBeLessThan(1e-9);

  const narrow = { ...jacobian, columns: 40 };
  const blocks = async function* () {
    swept.push("blocks");
    for (const [first, rows] of [
      [0, 70],
      [70, 50],
    ]) {
      yield { jacobian: { ...narrow, rows, offset: first * p }, residuals: new Float64Array(rows) };
    }
  };
  const tall = await reducedLinearization({ ...linearization, parameters: 40, blocks }, kernels);
  const whole = await reducedJacobian(narrow, 1, kernels);
  for (const [k, value] of whole.eigenvalues.entries()) {
    expect(Math.abs(tall.eigenvalues[k] - value)).toBeLessThan(1e-14 * whole.eigenvalues[0] * n);
  }
  expect(swept).toEqual(["gram", "blocks", "blocks"]);
});

test("too few products: an upper bound of η*, marked as not converged", async () => {
  const next = seededUniform(5);
  const jacobian = matrix(60, 80, Float64Array.from({ length: 4800 }, next));
  const problem = await reducedJacobian(jacobian, 1, kernels);
  const draw = { batchSize: 1, replacement: true };
  const exact = defined(await stabilityThreshold(problem, draw, { kernels }));
  const short = defined(await stabilityThreshold(problem, draw, { kernels, maxProducts: 2 }));
  expect(short.converged).toBe(false);
  expect(short.value).toBeGreaterThan(exact.value);
  expect(short.value - short.error).toBeLessThan(exact.value);
  expect(defined(await gradientDescentBatch(problem, true, { kernels }))).toBeGreaterThan(1);
  expect(await gradientDescentBatch(problem, true, { kernels, maxProducts: 1 })).toEqual({
    undefined: "the iteration ended before it converged",
  });
});

test("groups of samples that do not mix: the smaller threshold, however close the other is", async () => {
  const [n, p] = [12, 4];
  const problems = fc.record({
    seed: fc.nat(2 ** 31 - 1),
    // how far apart the thresholds are, relative to them
    decades: fc.integer({ min: 1, max: 12 }),
    outputs: fc.constantFrom(1, 2),
  });
  const draw = { batchSize: 2, replacement: true };
  const of = async (rows: number[][], outputs: number) =>
    defined(
      await stabilityThreshold(await reducedJacobian(fromRows(rows), outputs, kernels), draw, { kernels }),
    );
  const nothing = () => new Array<number>(p).fill(0);
  await fc.assert(
    fc.asyncProperty(problems, async ({ seed, decades, outputs }) => {
      const next = seededUniform(seed);
      const group = () => Array.from({ length: n }, () => Array.from({ length: p }, next));
      const [first, second] = [group(), group()];
      const join = (a: number[][], b: number[][]) => [
        ...a.map((row) => [...row, ...nothing()]),
        ...b.map((row) => [...nothing(), ...row]),
      ];
      const none = first.map(nothing);
      const [alone, other] = [await of(join(first, none), outputs), await of(join(none, second), outputs)];
      const factor = Math.sqrt((other.value / alone.value) * (1 - 10 ** -decades));
      const near = second.map((row) => row.map((entry) => factor * entry));
      const found = await of(join(first, near), outputs);
      expect(found.converged).toBe(true);
      expect(found.error).toBeLessThan(1.1e-11 * found.value);
      expect(Math.abs(found.value - alone.value)).toBeLessThanOrEqual(found.error + 1e-12 * alone.value);
    }),
    { numRuns: 60 },
  );
});

test("every sample twice: as far from GD as the samples once", async () => {
  const next = seededUniform(9);
  const rows = Array.from({ length: 20 }, () => Array.from({ length: 12 }, next));
  const draw = { batchSize: 3, replacement: true };
  const [once, twice] = await Promise.all(
    [rows, rows.flatMap((row) => [row, row])].map(async (jacobian) =>
      defined(
        await stabilityThreshold(await reducedJacobian(fromRows(jacobian), 1, kernels), draw, { kernels }),
      ),
    ),
  );
  expect(Math.abs(twice.value / once.value - 1)).toBeLessThan(1e-12);
});

test("a tolerance ends the search early, within its error", async () => {
  const next = seededUniform(5);
  const jacobian = matrix(90, 60, Float64Array.from({ length: 5400 }, next));
  const problem = await reducedJacobian(jacobian, 2, kernels);
  const draw = { batchSize: 2, replacement: false };
  const exact = defined(await stabilityThreshold(problem, draw, { kernels }));
  let before = exact.products;
  for (const tolerance of [1e-8, 1e-5, 1e-2]) {
    const { value, error, converged, products } = defined(
      await stabilityThreshold(problem, draw, { kernels, tolerance }),
    );
    expect(converged).toBe(true);
    expect(error).toBeLessThan(1.01 * tolerance * value);
    expect(value - exact.value).toBeGreaterThan(-1e-12 * value);
    expect(value - exact.value).toBeLessThan(error);
    expect(products).toBeLessThan(before);
    before = products;
  }
});

test("what cancels the work ends it", async () => {
  const next = seededUniform(5);
  const problem = await reducedJacobian(matrix(20, 30, Float64Array.from({ length: 600 }, next)), 1, kernels);
  const controller = new AbortController();
  controller.abort(new Error("enough"));
  const draw = { batchSize: 1, replacement: true };
  await expect(stabilityThreshold(problem, draw, { kernels, signal: controller.signal })).rejects.toThrow(
    "enough",
  );
});
