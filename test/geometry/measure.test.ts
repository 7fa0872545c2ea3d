import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeNpy, fromBytes, openNpy } from "../../src/data/index.ts";
import { defined, measure } from "../../src/geometry/index.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { type Matrix, matrix, transpose } from "../../src/linalg/matrix.ts";
import { jacobianFile } from "../../src/models/jacobianFile.ts";
import type { Linearization } from "../../src/models/linearization.ts";
import { createStream } from "../../src/random/index.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

/** G, Σ₁ and Σ as explicit p×p matrices, by the kernels' products of the definitions in docs/theory.md §1. */
function explicitMatrices(jacobian: Matrix, residuals: Float64Array, outputs: number) {
  const n = residuals.length / outputs;
  const p = jacobian.columns;
  const gradients = matrix(n, p);
  const mean = new Float64Array(p);
  for (let row = 0; row < residuals.length; row++) {
    for (let k = 0; k < p; k++) {
      const value = residuals[row] * jacobian.data[row * p + k];
      gradients.data[Math.floor(row / outputs) * p + k] += value;
      mean[k] += value / n;
    }
  }
  const gaussNewton = matrix(p, p);
  kernels.gemm(1 / n, transpose(jacobian), jacobian, 0, gaussNewton);
  const secondMoment = matrix(p, p);
  kernels.gemm(1 / n, transpose(gradients), gradients, 0, secondMoment);
  const covariance = matrix(
    p,
    p,
    secondMoment.data.map((value, k) => value - mean[Math.floor(k / p)] * mean[k % p]),
  );
  return { gaussNewton, secondMoment, covariance };
}

const inner = (a: Matrix, b: Matrix) => a.data.reduce((sum, value, k) => sum + value * b.data[k], 0);
const along = (a: Matrix, v: Float64Array) => {
  const image = new Float64Array(v.length);
  kernels.gemv(1, a, v, 0, image);
  return image.reduce((sum, value, k) => sum + value * v[k], 0);
};

describe.each([
  { n: 200, p: 1000, outputs: 1 },
  { n: 200, p: 1000, outputs: 3 },
  { n: 200, p: 60, outputs: 3 },
])(
  "n = $n, p = $p, C = $outputs: everything agrees with explicit p×p matrices to 1e-9",
  ({ n, p, outputs }) => {
    const stream = createStream(5).split("measure", n, p, outputs);
    const size = n * outputs;
    const jacobian = matrix(size, p, stream.gaussians(new Float64Array(size * p)));
    const residuals = stream.gaussians(new Float64Array(size));

    async function fromFile() {
      const shape = outputs > 1 ? [n, outputs] : [n];
      return jacobianFile({
        jacobian: await openNpy(fromBytes(encodeNpy(jacobian.data, [...shape, p]), "J.npy")),
        residuals: await openNpy(fromBytes(encodeNpy(residuals, shape), "r.npy")),
        kernels,
      });
    }

    test("from a file", async () => {
      const measurement = await measure(await fromFile(), { kernels, certificate: true });
      const explicit = explicitMatrices(jacobian, residuals, outputs);
      const twiceLoss = residuals.reduce((sum, r) => sum + r * r, 0) / n;
      const near = (actual: number, expected: number) =>
        expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.abs(expected));

      near(measurement.summary.loss, twiceLoss / 2);
      const geometry = inner(explicit.gaussNewton, explicit.gaussNewton);
      near(measurement.summary.gaussNewtonFrobenius, Math.sqrt(geometry));
      const { covariance, secondMoment } = defined(measurement.lossAlignment);
      near(covariance, inner(explicit.covariance, explicit.gaussNewton) / (twiceLoss * geometry));
      near(secondMoment, inner(explicit.secondMoment, explicit.gaussNewton) / (twiceLoss * geometry));

      const { values, vectors } = kernels.symmetricEigen(explicit.gaussNewton);
      const rank = Math.min(size, p);
      expect(measurement.spectrum.eigenvalues).toHaveLength(rank);
      for (let k = 0; k < rank; k++) {
        near(measurement.spectrum.eigenvalues[k], values[p - 1 - k]);
        const v = Float64Array.from(
          { length: p },
          (_, i) => vectors.data[vectors.offset + i * vectors.rowStride + (p - 1 - k) * vectors.columnStride],
        );
        const unit = 1 / (twiceLoss * along(explicit.gaussNewton, v));
        const alignment = defined(measurement.spectrum.alignments[k]);
        near(alignment.covariance, along(explicit.covariance, v) * unit);
        near(alignment.secondMoment, along(explicit.secondMoment, v) * unit);
      }
      const distance = matrix(
        p,
        p,
        explicit.covariance.data.map((value, k) => value - twiceLoss * explicit.gaussNewton.data[k]),
      );
      near(defined(measurement.decoupling), Math.sqrt(inner(distance, distance) / geometry) / twiceLoss);

      const certificate = measurement.certificate;
      if (!certificate) throw new Error("no certificate");
      const { min, max } = defined(certificate.lossAlignment);
      expect(min).toBeLessThanOrEqual(covariance);
      expect(max).toBeGreaterThanOrEqual(covariance);
      expect(defined(certificate.aPosteriori)).toBeLessThanOrEqual(secondMoment);
      const interval = defined(measurement.intervals).covariance;
      expect(interval.low).toBeLessThan(covariance);
      expect(interval.high).toBeGreaterThan(covariance);
    });

    test("the side of K and the side of p×p moments give the same", async () => {
      const file = await fromFile();
      const { blocks: _, ...withoutBlocks } = file;
      const fromGram = await measure(withoutBlocks satisfies Linearization, { kernels });
      const other = await measure(file, { kernels });
      const [a, b] = [defined(fromGram.lossAlignment), defined(other.lossAlignment)];
      expect(a.covariance).toBeCloseTo(b.covariance, 11);
      expect(defined(fromGram.decoupling)).toBeCloseTo(defined(other.decoupling), 10);
      const [c, d] = [defined(fromGram.intervals).covariance, defined(other.intervals).covariance];
      // the exact and the first-order jackknife differ at order 1/n
      expect(Math.abs((c.high - c.low) / (d.high - d.low) - 1)).toBeLessThan(0.2);
    });
  },
);

test("too many samples for a certificate: undefined with the reason, the rest stands", async () => {
  const n = 17_000;
  const file = await jacobianFile({
    jacobian: await openNpy(
      fromBytes(encodeNpy(createStream(1).gaussians(new Float64Array(n * 2)), [n, 2]), "J.npy"),
    ),
    residuals: await openNpy(
      fromBytes(encodeNpy(createStream(2).gaussians(new Float64Array(n)), [n]), "r.npy"),
    ),
    kernels,
  });
  const measurement = await measure(file, { kernels, certificate: true });
  expect(measurement.certificate?.lossAlignment).toMatchObject({
    undefined: expect.stringContaining("17000"),
  });
  expect(defined(measurement.lossAlignment).covariance).toBeCloseTo(1, 1);
});
