import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isotropic, powerLaw, spiked } from "../../src/data/designs.ts";
import {
  defined,
  momentAccumulator,
  momentDirectionalAlignment,
  momentLossAlignment,
} from "../../src/geometry/index.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { createStream } from "../../src/random/index.ts";

/** n = 10⁶ in independent groups, each streamed in blocks: the spread of the groups gives the standard error. */
const groups = 25;
const groupSize = 40_000;
const blockSize = 8_000;
const dimension = 12;

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

describe.each([
  { name: "isotropic", design: isotropic(dimension) },
  { name: "power law", design: powerLaw(dimension, 1) },
  { name: "spiked", design: spiked(dimension, 2, 10) },
])("Gaussian linear model, $name: n = 10⁶ streamed samples", ({ name, design }) => {
  test("μ and g lie within 3 standard errors of the closed forms of docs/theory.md §3", () => {
    const stream = createStream(2310).split("population", name);
    const delta = stream.split("delta").gaussians(new Float64Array(dimension));
    const direction = stream.split("direction").gaussians(new Float64Array(dimension));
    const s = design.eigenvalues;
    const sum = (term: (k: number) => number) => s.reduce((total, _, k) => total + term(k), 0);
    const twiceLoss = sum((k) => s[k] * delta[k] ** 2);
    const mu = 1 + sum((k) => s[k] ** 3 * delta[k] ** 2) / (twiceLoss * sum((k) => s[k] ** 2));
    const slope = sum((k) => direction[k] * s[k] * delta[k]);
    const share = slope ** 2 / (twiceLoss * sum((k) => s[k] * direction[k] ** 2));

    const values = Array.from({ length: groups }, (_, group) => {
      const accumulator = momentAccumulator(dimension, 1, kernels);
      for (let part = 0; part < groupSize / blockSize; part++) {
        const inputs = design.sample(blockSize, stream.split("inputs", group, part));
        const residuals = new Float64Array(blockSize);
        kernels.gemv(1, inputs, delta, 0, residuals);
        accumulator.add({ jacobian: inputs, residuals });
      }
      const moments = accumulator.finish();
      const loss = defined(momentLossAlignment(moments, kernels));
      const along = defined(momentDirectionalAlignment(moments, direction, kernels));
      return [loss.covariance, along.covariance, along.secondMoment];
    });
    const expected = [mu, 1 + share, 1 + 2 * share];
    expected.forEach((closedForm, quantity) => {
      const sample = values.map((value) => value[quantity]);
      const mean = sample.reduce((total, value) => total + value / groups, 0);
      const variance = sample.reduce((total, value) => total + (value - mean) ** 2 / (groups - 1), 0);
      const standardError = Math.sqrt(variance / groups);
      expect(Math.abs(mean - closedForm)).toBeLessThan(3 * standardError);
      // the comparison is worth something only if the error is small against what alignment is about
      expect(standardError).toBeLessThan(0.005);
    });
  });
});
