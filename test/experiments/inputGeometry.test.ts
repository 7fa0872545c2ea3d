import fc from "fast-check";
import { Matrix, QrDecomposition } from "ml-matrix";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inputGeometry } from "../../src/experiments/linearAlignment/inputGeometry.ts";
import { lossAlignment, lossAlignmentExtremes, pointOf } from "../../src/geometry/index.ts";
import { defined } from "../../src/geometry/undefined.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { matrix } from "../../src/linalg/matrix.ts";
import { linearModel } from "../../src/models/index.ts";
import { createStream } from "../../src/random/index.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels({ threads: 1 });
});
afterAll(() => kernels.close());

/** Fewer samples than dimensions, or so many that G is well conditioned; also around the blocks of rows. */
const size = fc.oneof(
  fc.record({ n: fc.integer({ min: 1, max: 7 }), d: fc.integer({ min: 8, max: 20 }) }),
  fc.record({ n: fc.constantFrom(48, 511, 512, 513, 1030), d: fc.integer({ min: 1, max: 12 }) }),
);

test("alignment, loss, extremes and gradients are those of the model by K, for few samples and many", async () => {
  await fc.assert(
    fc.asyncProperty(
      size,
      fc.nat(),
      fc.integer({ min: -30, max: 30 }),
      fc.boolean(),
      async (shape, seed, decades, noisy) => {
        const { n, d } = shape;
        const stream = createStream(seed);
        const draw = (label: string, count: number, scale = 1) =>
          stream.split(label).gaussians(new Float64Array(count), scale);
        const inputs = matrix(n, d, draw("inputs", n * d, 10 ** decades));
        const teacher = draw("teacher", d, 10 ** -decades);
        const noise = draw("noise", n, noisy ? 1 : 0);
        const targets = matrix(n, 1, noise.slice());
        kernels.gemv(1, inputs, teacher, 1, targets.data);
        const delta = draw("delta", d, 10 ** -decades);
        const geometry = await inputGeometry(inputs, kernels);
        const fit = geometry.fit(noisy ? noise : undefined);
        const model = linearModel({ inputs, targets, kernels });
        const theta = delta.map((value, k) => value + teacher[k]);
        const linearization = model.linearize(theta);
        const point = await pointOf(linearization);

        const found = fit.alignment(delta);
        const expected = defined(lossAlignment(point));
        expect(found.secondMoment / expected.secondMoment).toBeCloseTo(1, 11);
        // the difference of two numbers of the size of μ₁
        expect(Math.abs(found.covariance - expected.covariance)).toBeLessThanOrEqual(
          1e-11 * expected.secondMoment,
        );

        const { residuals } = linearization;
        const loss = residuals.reduce((sum, r) => sum + r * r, 0) / (2 * n);
        expect(Math.abs(fit.loss(delta) / loss - 1)).toBeLessThan(1e-11);

        expect([fit.samples, fit.parameters]).toEqual([n, d]);
        for (const batchSize of [3, 1, 8]) {
          const batch = Int32Array.from({ length: batchSize }, () => stream.integer(n));
          const [gradient, same] = [new Float64Array(d).fill(1), new Float64Array(d)];
          const size = Math.max(model.gradient(theta, batch, same), fit.gradient(delta, batch, gradient));
          expect(
            Math.abs(model.gradient(theta, batch, same) - fit.gradient(delta, batch, gradient)),
          ).toBeLessThanOrEqual(1e-11 * size);
          const largest = Math.max(...same.map(Math.abs));
          for (let k = 0; k < d; k++) {
            expect(Math.abs(gradient[k] - same[k])).toBeLessThanOrEqual(1e-11 * largest);
          }
        }

        const realisable = n < d ? undefined : rangeOf(inputs);
        const extremes = defined(await lossAlignmentExtremes(point, kernels, realisable));
        expect(Math.abs(geometry.extremes.min - extremes.min)).toBeLessThanOrEqual(1e-9 * extremes.max);
        expect(Math.abs(geometry.extremes.max - extremes.max)).toBeLessThanOrEqual(1e-9 * extremes.max);
      },
    ),
    { numRuns: 60 },
  );
});

test("a batch with an index beyond the samples is refused", async () => {
  const fit = (await inputGeometry(matrix(3, 2, Float64Array.of(1, 2, 3, 4, 5, 7)), kernels)).fit();
  expect(() => fit.gradient(new Float64Array(2), Int32Array.of(3), new Float64Array(2))).toThrow(RangeError);
});

/** Orthonormal columns that span the range of X. */
function rangeOf({ data, rows, columns }: ReturnType<typeof matrix>) {
  const basis = new QrDecomposition(Matrix.from1DArray(rows, columns, data)).orthogonalMatrix;
  return matrix(rows, columns, Float64Array.from(basis.to1DArray()));
}
