import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeNpy, fromBytes, openNpy } from "../../src/data/index.ts";
import { defined, type JacobianBlock, measure } from "../../src/geometry/index.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { block, type Matrix, matrix, transpose } from "../../src/linalg/matrix.ts";
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

describe.each([3, 12])("8 samples, p = %i: numbers of any size", (parameters) => {
  const samples = 8;
  const numbers = createStream(7).split("scales", parameters);
  const rows = numbers.gaussians(new Float64Array(samples * parameters));
  const errors = numbers.gaussians(new Float64Array(samples));

  /** J and r times powers of two, swept in blocks of three samples. */
  function scaledBy(j: number, r: number): Linearization & { blocks(): AsyncIterable<JacobianBlock> } {
    const jacobian = matrix(
      samples,
      parameters,
      rows.map((value) => value * j),
    );
    const residuals = errors.map((value) => value * r);
    return {
      samples,
      outputs: 1,
      parameters,
      residuals,
      jvp: () => new Float64Array(samples),
      vjp: () => new Float64Array(parameters),
      gram() {
        const gram = matrix(samples, samples);
        kernels.gemm(1, jacobian, transpose(jacobian), 0, gram);
        return gram;
      },
      async *blocks() {
        for (let start = 0; start < samples; start += 3) {
          const count = Math.min(3, samples - start);
          const part = block(jacobian, start, 0, count, parameters);
          yield { jacobian: part, residuals: residuals.subarray(start, start + count) };
        }
      },
    };
  }

  test.each([
    [0, 660],
    [0, -660],
    [0, 400],
    [0, -400],
    [500, 0],
    [-500, 0],
    [500, -660],
    [-300, 660],
    [500, 500],
  ])("J·2^%i, r·2^%i: metrics are the same to the bit, sizes are scaled", async (j, r) => {
    const plain = await measure(scaledBy(1, 1), { kernels });
    const scaled = await measure(scaledBy(2 ** j, 2 ** r), { kernels });
    expect(scaled.lossAlignment).toEqual(plain.lossAlignment);
    expect(scaled.intervals).toEqual(plain.intervals);
    expect(scaled.decoupling).toBe(plain.decoupling);
    expect(scaled.spectrum.alignments).toEqual(plain.spectrum.alignments);
    /** value·2^exponent in steps that leave no number's range on the way. */
    const times = (value: number, exponent: number) =>
      value * 2 ** Math.trunc(exponent / 2) * 2 ** (exponent - Math.trunc(exponent / 2));
    expect(scaled.spectrum.eigenvalues).toEqual(
      plain.spectrum.eigenvalues.map((value) => times(value, 2 * j)),
    );
    const sizes = plain.summary;
    expect(scaled.summary).toEqual({
      loss: times(sizes.loss, 2 * r),
      gaussNewtonTrace: times(sizes.gaussNewtonTrace, 2 * j),
      gaussNewtonFrobenius: times(sizes.gaussNewtonFrobenius, 2 * j),
      noiseTrace: times(sizes.noiseTrace, 2 * (j + r)),
      gradientNormSquared: times(sizes.gradientNormSquared, 2 * (j + r)),
    });
  });
});

test.each([1e200, 1e300])("one sample of residual %f makes no noise", async (residual) => {
  const linearization = {
    samples: 1,
    outputs: 1,
    parameters: 1,
    residuals: Float64Array.of(residual),
    jvp: () => new Float64Array(1),
    vjp: () => new Float64Array(1),
    gram: () => matrix(1, 1, Float64Array.of(1e300)),
  };
  const { summary } = await measure(linearization, { kernels });
  expect(summary.noiseTrace).toBe(0);
  expect(summary.loss).toBe(Infinity);
});
