import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entry, matrix, transpose } from "../../src/linalg/matrix.ts";
import { linearModel } from "../../src/models/linear.ts";
import { createStream } from "../../src/random/index.ts";
import { naiveKernels as kernels } from "../reference/naiveKernels.ts";
import {
  expectClose,
  expectDerivative,
  expectHessian,
  expectLengthErrors,
  expectLinearizationLaws,
  gaussianMatrix,
} from "./laws.ts";

const shapes = fc.record({
  n: fc.integer({ min: 1, max: 7 }),
  d: fc.integer({ min: 1, max: 6 }),
  outputs: fc.integer({ min: 1, max: 3 }),
  scale: fc.constantFrom(1, 1e-100, 1e100),
  seed: fc.nat(),
});

function problem(shape: { n: number; d: number; outputs: number; scale: number; seed: number }) {
  const stream = createStream(shape.seed);
  const inputs = gaussianMatrix(shape.n, shape.d, stream.split("inputs"), shape.scale);
  const targets = gaussianMatrix(shape.n, shape.outputs, stream.split("targets"), shape.scale);
  const model = linearModel({ inputs, targets, kernels });
  return { stream, inputs, targets, model, theta: model.initialize(stream.split("theta")) };
}

describe("linear model", () => {
  it("is linear algebra with one Jacobian", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const { model, theta, stream } = problem(shape);
        await expectLinearizationLaws(model, theta, stream.split("laws"), 50);
      }),
    );
  });

  it("has the Jacobian of its residuals", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const { model, theta } = problem(shape);
        await expectDerivative(model, theta, 0.01, 10 * shape.d * shape.scale);
      }),
    );
  });

  it("has the Hessian of its loss", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const { model, theta } = problem(shape);
        await expectHessian(model, theta, 0.01, 20 * shape.d * shape.scale ** 2);
      }),
    );
  });

  it("predicts Wx", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { model, theta, inputs, targets } = problem(shape);
        const { residuals } = model.linearize(theta);
        for (let i = 0; i < shape.n; i++) {
          for (let c = 0; c < shape.outputs; c++) {
            let prediction = 0;
            for (let k = 0; k < shape.d; k++) prediction += theta[c * shape.d + k] * entry(inputs, i, k);
            const expected = prediction - entry(targets, i, c);
            expectClose(
              residuals[i * shape.outputs + c],
              expected,
              1e-14 * shape.scale,
              `residual ${i},${c}`,
            );
          }
        }
      }),
    );
  });

  it("reads inputs of any strides and keeps its own copy", () => {
    const inputs = matrix(2, 3, Float64Array.of(1, 2, 3, 4, 5, 6));
    const targets = matrix(3, 1, Float64Array.of(1, 1, 1));
    const model = linearModel({ inputs: transpose(inputs), targets, kernels });
    inputs.data.fill(0);
    targets.data.fill(0);
    expect(model.linearize(Float64Array.of(1, 10)).residuals).toEqual(Float64Array.of(40, 51, 62));
  });

  it("refuses wrong lengths and batches", () => {
    const { model, theta } = problem({ n: 3, d: 2, outputs: 2, scale: 1, seed: 1 });
    expectLengthErrors(model, theta);
  });
});
