import { afterAll, beforeAll, expect, test } from "vitest";
import { InputError } from "../../src/inputError.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { matrix } from "../../src/linalg/matrix.ts";
import { linear, linearModel, olmModel, relu, twoLayerModel } from "../../src/models/index.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

const data = (samples: number, outputs: number) => ({
  inputs: matrix(samples, 1),
  targets: matrix(samples, outputs),
  kernels,
});

test.each([
  ["linear model, C = 1", 32_769, () => linearModel(data(32_769, 1))],
  ["linear model, C = 3", 32_769, () => linearModel(data(10_923, 3))],
  [
    "two-layer network",
    32_769,
    () => twoLayerModel({ ...data(32_769, 1), secondLayer: matrix(1, 1), activation: relu }),
  ],
  ["over-parameterised linear model", 32_769, () => olmModel({ ...data(32_769, 1), family: linear(1) })],
])("%s: K of n·C = %i is refused before it is formed", (_, size, make) => {
  const model = make();
  const point = model.linearize(new Float64Array(model.parameters));
  expect(() => point.gram()).toThrow(InputError);
  expect(() => point.gram()).toThrow(`at most 32768 samples × outputs`);
  expect(() => point.gram()).toThrow(`got ${size}`);
});
