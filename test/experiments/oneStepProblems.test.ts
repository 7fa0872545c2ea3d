import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gradientComponents } from "../../src/dynamics/projectionLaw.ts";
import { eigenImages } from "../../src/dynamics/subspaces.ts";
import { oneStepModels, oneStepProblems } from "../../src/experiments/oneStepProblems.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { column } from "../../src/linalg/matrix.ts";
import { createStream } from "../../src/random/index.ts";
import { expectDerivative, expectHessian } from "../models/laws.ts";
import { dot } from "../reference/explicitGeometry.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels({ threads: 1 });
});
afterAll(() => kernels.close());

const sizes = { dimension: 3, samples: 7, width: 3 };
const problems = (name: string) => oneStepProblems(name, sizes, { stream: createStream(2), kernels });

describe.each([...oneStepModels.keys()])("%s", (name) => {
  it("has the derivatives that the laws take, before and after training", async () => {
    for (const { model, parameters } of await problems(name)) {
      await expectDerivative(model, parameters, 1e-2, 100);
      await expectHessian(model, parameters, 1e-2, 1000);
    }
  });

  it("moves along eigenvectors of G by what the gradients of its batches have along them", async () => {
    for (const { model, parameters, linearization, spectrum } of await problems(name)) {
      const { samples } = model;
      const count = Math.min(3, spectrum.eigenvalues.length);
      const images = eigenImages(spectrum, samples, 0, count);
      const components = gradientComponents(linearization, images);
      const mean = (await linearization.vjp(linearization.residuals)).map((value) => value / samples);
      for (let i = 0; i < samples; i++) {
        const gradient = new Float64Array(parameters.length);
        model.gradient(parameters, Int32Array.of(i), gradient);
        for (let k = 0; k < count; k++) {
          const length = Math.sqrt(samples * spectrum.eigenvalues[k]);
          const v = (await linearization.vjp(column(spectrum.vectors, k))).map((value) => value / length);
          const expected = dot(gradient, v) - dot(mean, v);
          const size = Math.sqrt(dot(gradient, gradient)) + Math.sqrt(dot(mean, mean));
          expect(Math.abs(components.data[i * count + k] - expected)).toBeLessThanOrEqual(1e-11 * size);
        }
      }
    }
  });

  it("has less loss after SGD", async () => {
    const [before, after] = await problems(name);
    const squares = (residuals: Float64Array) => dot(residuals, residuals);
    expect(squares(after.linearization.residuals)).toBeLessThan(
      0.5 * squares(before.linearization.residuals),
    );
  });
});

it("refuses a model that there is none of", async () => {
  await expect(problems("perceptron")).rejects.toThrow(/perceptron/);
});
