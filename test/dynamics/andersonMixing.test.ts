import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { andersonMixing } from "../../src/dynamics/andersonMixing.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { seededUniform } from "../reference/dense.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

test("of a linear G with d different rates, d + 1 images lead to the fixed point, as in GMRES", async () => {
  const problems = fc.record({ rates: fc.integer({ min: 1, max: 5 }), seed: fc.nat(2 ** 31 - 1) });
  await fc.assert(
    fc.property(problems, ({ rates, seed }) => {
      const next = seededUniform(seed);
      const size = 12;
      const fixed = Float64Array.from({ length: size }, next);
      // from −0.8 to 0.8, so that plain iteration would be slow
      const rate = (i: number) => (rates === 1 ? 0.8 : -0.8 + (1.6 * (i % rates)) / (rates - 1));
      const image = (v: Float64Array) => v.map((entry, i) => fixed[i] + rate(i) * (entry - fixed[i]));
      const distance = (v: Float64Array) => Math.hypot(...v.map((entry, i) => entry - fixed[i]));
      const mixing = andersonMixing(size, kernels);
      let v: Float64Array = Float64Array.from({ length: size }, next);
      const start = distance(v);
      for (let k = 0; k <= rates; k++) v = mixing.next(v, image(v));
      expect(distance(v)).toBeLessThan(1e-6 * start);
    }),
    { numRuns: 100 },
  );
});

test("the first step is G itself, and at the fixed point it stays", () => {
  const mixing = andersonMixing(2, kernels);
  const image = Float64Array.of(3, 4);
  expect(mixing.next(Float64Array.of(1, 2), image)).toEqual(image);
  expect(mixing.next(image, image)).toEqual(image);
  expect(mixing.next(image, image)).toEqual(image);
});
