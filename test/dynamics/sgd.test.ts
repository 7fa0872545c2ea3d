import { afterAll, beforeAll, expect, test } from "vitest";
import { sgd } from "../../src/dynamics/sgd.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { fromRows } from "../../src/linalg/matrix.ts";
import { linearModel } from "../../src/models/linear.ts";
import { createStream } from "../../src/random/index.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

const model = () =>
  linearModel({
    inputs: fromRows([
      [1, 0],
      [0, 2],
      [1, 1],
    ]),
    targets: fromRows([[1], [2], [2]]),
    kernels,
  });
const stream = () => createStream(1).split("sgd");

test("a full batch without replacement is gradient descent", () => {
  const theta = Float64Array.of(0.5, -1);
  const after = sgd(model(), theta, {
    learningRate: 0.1,
    batchSize: 3,
    replacement: false,
    steps: 1,
    stream: stream(),
  });
  // ∇L = (1/3) Σ x_i (x_iᵀθ − y_i): residuals −0.5, −4, −2.5
  expect(after[0]).toBeCloseTo(0.5 - (0.1 / 3) * (-0.5 - 2.5), 14);
  expect(after[1]).toBeCloseTo(-1 - (0.1 / 3) * (2 * -4 - 2.5), 14);
  expect(Array.from(theta)).toEqual([0.5, -1]);
});

test("interpolates, and the same stream gives the same path", () => {
  const run = () =>
    sgd(model(), new Float64Array(2), { learningRate: 0.2, batchSize: 1, steps: 2000, stream: stream() });
  const theta = run();
  expect(theta[0]).toBeCloseTo(1, 10);
  expect(theta[1]).toBeCloseTo(1, 10);
  expect(run()).toEqual(theta);
});

test("divergence is an error that names the step", () => {
  const diverge = () =>
    sgd(model(), Float64Array.of(9, 9), { learningRate: 1e200, batchSize: 1, steps: 50, stream: stream() });
  expect(diverge).toThrow(/diverged at step \d+/);
});
