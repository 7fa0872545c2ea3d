import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  aPosterioriBound,
  defined,
  directionalAlignment,
  directionalExtremes,
  type Extremes,
  geometryPoint,
  lossAlignment,
  lossAlignmentExtremes,
  twoLayerBound,
} from "../../src/geometry/index.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { column, entry, fromRows, matrix } from "../../src/linalg/matrix.ts";
import { explicitGeometry, explicitLossAlignment } from "../reference/explicitGeometry.ts";
import { gramOf, problems } from "../reference/problems.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

const slack = 1e-11;

describe("extremes of μ over residuals", () => {
  test("no residual leaves them, and μ₁ stays above the a-posteriori bound", async () => {
    await fc.assert(
      fc.asyncProperty(problems(), async ({ jacobian, residuals, outputs }) => {
        const point = geometryPoint(gramOf(jacobian), residuals, outputs);
        const { min, max } = defined(await lossAlignmentExtremes(point, kernels));
        const bound = defined(aPosterioriBound(point, kernels));
        const { covariance, secondMoment } = explicitLossAlignment(
          explicitGeometry(jacobian, residuals, outputs),
        );
        expect(covariance).toBeGreaterThanOrEqual(min - slack * max);
        expect(covariance).toBeLessThanOrEqual(max * (1 + slack));
        expect(secondMoment).toBeGreaterThanOrEqual(bound * (1 - slack));
      }),
      { numRuns: 150 },
    );
  });

  test("they lie in [0, n−1] whatever the model, and one sample that carries everything attains the end", async () => {
    await fc.assert(
      fc.asyncProperty(problems(), async ({ jacobian, residuals, outputs }) => {
        const point = geometryPoint(gramOf(jacobian), residuals, outputs);
        const { min, max } = defined(await lossAlignmentExtremes(point, kernels));
        const samples = residuals.length / outputs;
        expect(min).toBeGreaterThanOrEqual(-slack * max);
        expect(max).toBeLessThanOrEqual((samples - 1) * (1 + slack) + slack);
        const alone = jacobian.map((row, index) => row.map((value) => (index < outputs ? value : 0)));
        if (alone.every((row) => row.every((value) => value === 0))) return;
        const one = geometryPoint(gramOf(alone), residuals, outputs);
        // of several outputs, only where one direction of the outputs carries it all
        if (outputs > 1) return;
        expect(defined(await lossAlignmentExtremes(one, kernels)).max).toBeCloseTo(samples - 1, 9);
      }),
      { numRuns: 150 },
    );
  });

  test("both ends are attained: the extreme eigenvectors of M, taken as residuals, give them", async () => {
    await fc.assert(
      fc.asyncProperty(problems({ maxScale: 3 }), async ({ jacobian, residuals, outputs }) => {
        const gram = gramOf(jacobian);
        const size = gram.rows;
        const point = geometryPoint(gram, residuals, outputs);
        const { min, max } = defined(await lossAlignmentExtremes(point, kernels));
        // M entry by entry: μ of unit residuals by polarisation, from the explicit matrices
        const value = (r: Float64Array): number => {
          const g = explicitGeometry(jacobian, r, outputs);
          return explicitLossAlignment(g).covariance * 2 * g.loss;
        };
        const unit = (a: number, b?: number) =>
          Float64Array.from({ length: size }, (_, k) => (k === a ? 1 : 0) + (k === b ? 1 : 0));
        const form = matrix(size, size);
        for (let a = 0; a < size; a++) {
          for (let b = 0; b < size; b++) {
            form.data[a * size + b] =
              a === b ? value(unit(a)) : (value(unit(a, b)) - value(unit(a)) - value(unit(b))) / 2;
          }
        }
        const { values, vectors } = kernels.symmetricEigen(form);
        const samples = size / outputs;
        expect(Math.abs(values[0] * samples - min)).toBeLessThanOrEqual(1e-10 * (max + 1));
        expect(Math.abs(values[size - 1] * samples - max)).toBeLessThanOrEqual(1e-10 * (max + 1));
        const worst = lossAlignment(geometryPoint(gram, column(vectors, size - 1), outputs));
        expect(defined(worst).covariance).toBeCloseTo(max, 9);
      }),
      { numRuns: 60 },
    );
  });

  test("a subspace narrows them, and one residual alone pins them", async () => {
    const jacobian = [
      [1, 0, 2],
      [0, 1, 1],
      [3, -1, 0],
      [1, 1, 1],
    ];
    const residuals = Float64Array.of(0.5, -0.5, 0.5, 0.5);
    const point = geometryPoint(gramOf(jacobian), residuals);
    const all = defined(await lossAlignmentExtremes(point, kernels));
    const single = defined(await lossAlignmentExtremes(point, kernels, matrix(4, 1, residuals)));
    const { covariance } = defined(lossAlignment(point));
    expect(single.min).toBeCloseTo(covariance, 12);
    expect(single.max).toBeCloseTo(covariance, 12);
    expect(all.min).toBeLessThan(single.min);
    expect(all.max).toBeGreaterThan(single.max);
    await expect(lossAlignmentExtremes(point, kernels, matrix(3, 1))).rejects.toThrow("expected 4 rows");
  });
});

describe("extremes of g(v) over residuals", () => {
  test("bracket g for the residuals at hand; over all residuals the minimum is 0", async () => {
    await fc.assert(
      fc.asyncProperty(problems(), async ({ jacobian, residuals, outputs }) => {
        const point = geometryPoint(gramOf(jacobian), residuals, outputs);
        const image = Float64Array.from(jacobian, (row) => row[0]);
        const { min, max } = defined(await directionalExtremes(point, image, kernels));
        const actual = defined(directionalAlignment(point, fromRows(Array.from(image, (z) => [z]))));
        expect(actual.covariance).toBeLessThanOrEqual(max * (1 + slack) + slack);
        expect(min).toBeLessThanOrEqual(1e-9);
        expect(actual.covariance).toBeGreaterThanOrEqual(min - slack);
      }),
      { numRuns: 100 },
    );
  });

  test("equal pulls: z = 1 gives [0, 1] for two samples' difference", async () => {
    const point = geometryPoint(matrix(2, 2, Float64Array.of(1, 1, 1, 1)), Float64Array.of(1, -1));
    const { min, max }: Extremes = defined(await directionalExtremes(point, Float64Array.of(1, 1), kernels));
    expect(min).toBeCloseTo(0, 12);
    expect(max).toBeCloseTo(1, 12);
  });
});

test("images and slopes that do not fit are refused", async () => {
  const point = geometryPoint(matrix(2, 2, Float64Array.of(1, 1, 1, 1)), Float64Array.of(1, -1));
  await expect(directionalExtremes(point, new Float64Array(3).fill(1), kernels)).rejects.toThrow(
    "image: expected 2 numbers, got 3",
  );
  for (const upper of [0, -1, Number.NaN]) {
    expect(() => twoLayerBound(point.gram, { lower: 0, upper })).toThrow("upper: expected a slope above 0");
  }
});

test("the two-layer bound: (α/β)⁴ · min b/mean b, 0 for a flat activation, undefined for zero inputs", () => {
  const gram = fromRows([
    [2, 1],
    [1, 3],
  ]);
  expect(entry(gram, 0, 1)).toBe(1);
  expect(twoLayerBound(gram, { lower: 0.5, upper: 1 })).toBeCloseTo((0.5 ** 4 * 5) / 7.5, 15);
  expect(twoLayerBound(gram, { lower: 0, upper: 1 })).toBe(0);
  expect(twoLayerBound(gram, { lower: -0.1, upper: 1 })).toBe(0);
  expect(twoLayerBound(matrix(2, 2), { lower: 1, upper: 1 })).toEqual({ undefined: "every input is zero" });
});
