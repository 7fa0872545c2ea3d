import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { directionalAlignments } from "../../src/geometry/directional.ts";
import { leadingSpectrum } from "../../src/geometry/leadingSpectrum.ts";
import { geometryPoint } from "../../src/geometry/point.ts";
import { gaussNewtonSpectrum } from "../../src/geometry/spectrum.ts";
import { defined } from "../../src/geometry/undefined.ts";
import { openKernels } from "../../src/linalg/kernels/select.ts";
import { matrix, mirrorLower } from "../../src/linalg/matrix.ts";
import { createStream } from "../../src/random/index.ts";

const kernels = await openKernels({ threads: 1 });

/** K = JJᵀ of a Gaussian J whose columns fall off as powers, with residuals. */
function pointOfSize(size: number, parameters: number, seed: number, scale = 1) {
  const stream = createStream(seed);
  const j = matrix(size, parameters, stream.gaussians(new Float64Array(size * parameters)));
  for (let k = 0; k < j.data.length; k++) j.data[k] *= scale / (1 + (k % parameters));
  const gram = matrix(size, size);
  kernels.syrk(1, j, 0, gram);
  mirrorLower(gram);
  return geometryPoint(gram, stream.gaussians(new Float64Array(size)));
}

describe("leadingSpectrum", () => {
  it("is the beginning of the whole spectrum, with its alignments", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(5, 256, 257, 300),
        fc.constantFrom(3, 40, 400),
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom(1e-120, 1, 1e120),
        fc.nat(),
        async (size, parameters, count, scale, seed) => {
          const point = pointOfSize(size, parameters, seed, scale);
          const whole = await gaussNewtonSpectrum(point, kernels);
          const stream = createStream(seed).split("lanczos");
          const { eigenvalues, vectors } = await leadingSpectrum(point, count, { kernels, stream });
          const expected = whole.eigenvalues.slice(0, count);
          expect(eigenvalues.length).toBe(expected.length);
          for (const [k, value] of eigenvalues.entries()) {
            expect(Math.abs(value - expected[k])).toBeLessThanOrEqual(1e-12 * expected[0]);
          }
          const [own, all] = [
            directionalAlignments(point, vectors),
            directionalAlignments(point, whole.vectors),
          ];
          expect(own).toHaveLength(expected.length);
          for (const [k, alignment] of own.entries()) {
            // eigenvalues fall as 1/k² here: the gap at the eighth is a few hundredths of the first
            const [g, of] = [defined(alignment).covariance, defined(all[k]).covariance];
            expect(Math.abs(g - of)).toBeLessThanOrEqual(1e-6 * Math.max(1, of));
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it("finds every copy of an eigenvalue, and nothing in a zero matrix", async () => {
    const size = 300;
    const gram = matrix(size, size);
    for (const [k, value] of [3, 3, 3, 2, 1].entries()) gram.data[k * (size + 1)] = value;
    const residuals = new Float64Array(size).fill(1);
    const leading = (of: typeof gram, count: number) =>
      leadingSpectrum(geometryPoint(of, residuals), count, { kernels, stream: createStream(1) });
    const { eigenvalues } = await leading(gram, 4);
    for (const [k, value] of [3, 3, 3, 2].entries()) expect(eigenvalues[k] * size).toBeCloseTo(value, 12);
    expect((await leading(gram, 9)).eigenvalues.length).toBe(5);
    const none = await leading(matrix(size, size), 3);
    expect([none.eigenvalues.length, none.vectors.columns]).toEqual([0, 0]);
  });
});
