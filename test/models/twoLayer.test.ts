import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entry, row } from "../../src/linalg/matrix.ts";
import {
  type Activation,
  gelu,
  identity,
  leakyReLU,
  relu,
  smoothLeaky,
  softplus,
  tanh,
} from "../../src/models/activations.ts";
import { signedSecondLayer, twoLayerModel } from "../../src/models/twoLayer.ts";
import { createStream } from "../../src/random/index.ts";
import { naiveKernels as kernels } from "../reference/naiveKernels.ts";
import {
  dot,
  expectClose,
  expectDerivative,
  expectHessian,
  expectLengthErrors,
  expectLinearizationLaws,
  gaussianMatrix,
} from "./laws.ts";

const kinked: readonly Activation[] = [relu, leakyReLU(0.1)];
const smooth: readonly Activation[] = [identity, smoothLeaky(0.3), softplus, tanh, gelu];

interface Shape {
  n: number;
  d: number;
  width: number;
  outputs: number;
  seed: number;
}
const shapes: fc.Arbitrary<Shape> = fc.record({
  n: fc.integer({ min: 1, max: 6 }),
  d: fc.integer({ min: 1, max: 5 }),
  width: fc.integer({ min: 1, max: 6 }),
  outputs: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(),
});

function problem({ n, d, width, outputs, seed }: Shape, activation: Activation, scale = 1) {
  const stream = createStream(seed);
  const inputs = gaussianMatrix(n, d, stream.split("inputs"), scale);
  const targets = gaussianMatrix(n, outputs, stream.split("targets"), scale);
  const secondLayer = gaussianMatrix(outputs, width, stream.split("second"));
  const model = twoLayerModel({ inputs, targets, secondLayer, activation, kernels });
  return { stream, inputs, targets, secondLayer, model, theta: model.initialize(stream.split("theta")) };
}

describe.each([...kinked, ...smooth].map((activation) => [activation.name, activation] as const))(
  "two-layer network with %s",
  (_, activation) => {
    it("has one Jacobian behind jvp, vjp, Gram matrix and batch gradients, at any scale of the inputs", async () => {
      await fc.assert(
        fc.asyncProperty(shapes, fc.constantFrom(1, 1e-100, 1e100), async (shape, scale) => {
          const { model, theta, stream } = problem(shape, activation, scale);
          await expectLinearizationLaws(model, theta, stream.split("laws"), 100);
        }),
        { numRuns: 60 },
      );
    });

    it("has the Jacobian of its residuals", async () => {
      await fc.assert(
        fc.asyncProperty(shapes, async (shape) => {
          const { model, theta, inputs } = problem(shape, activation);
          await expectDerivative(model, theta, stepAt(theta, shape, inputs.data), 100);
        }),
        { numRuns: 60 },
      );
    });

    it("has the Hessian of its loss", async () => {
      await fc.assert(
        fc.asyncProperty(shapes, async (shape) => {
          const { model, theta, inputs } = problem(shape, activation);
          await expectHessian(model, theta, stepAt(theta, shape, inputs.data), 1000);
        }),
        { numRuns: 60 },
      );
    });

    /** Too short to cross the nearest kink, so that differences are exact but for rounding. */
    const stepAt = (theta: Float64Array, shape: Shape, inputs: Float64Array): number => {
      if (!kinked.includes(activation)) return 1e-2;
      const units = preActivations(theta, shape, inputs);
      const reach = Math.max(...inputs.map(Math.abs));
      return Math.min(1e-2, Math.min(...units.map(Math.abs)) / (2 * reach));
    };

    it("computes Σ_j a_cj σ(b_jᵀx)", () => {
      fc.assert(
        fc.property(shapes, (shape) => {
          const { model, theta, inputs, targets, secondLayer } = problem(shape, activation);
          const { residuals } = model.linearize(theta);
          for (let i = 0; i < shape.n; i++) {
            const units = preActivations(theta, shape, row(inputs, i)).map(activation.value);
            for (let c = 0; c < shape.outputs; c++) {
              const expected = dot(row(secondLayer, c), units) - entry(targets, i, c);
              expectClose(residuals[i * shape.outputs + c], expected, 1e-12, `residual ${i},${c}`);
            }
          }
        }),
        { numRuns: 30 },
      );
    });
  },
);

/** b_jᵀx for every unit j and every row of `inputs`. */
function preActivations(theta: Float64Array, { d, width }: Shape, inputs: Float64Array): number[] {
  return Array.from({ length: (inputs.length / d) * width }, (_, k) => {
    const i = Math.floor(k / width);
    const j = k % width;
    return dot(theta.subarray(j * d, (j + 1) * d), inputs.subarray(i * d, (i + 1) * d));
  });
}

describe("two-layer network", () => {
  it("refuses wrong lengths and batches", () => {
    const { model, theta } = problem({ n: 3, d: 2, width: 4, outputs: 2, seed: 1 }, tanh);
    expect(model.parameters).toBe(8);
    expectLengthErrors(model, theta);
  });

  it("with the identity is the deep linear Jacobian: K = ‖a‖² XXᵀ", async () => {
    const { model, theta, inputs, secondLayer } = problem(
      { n: 5, d: 3, width: 4, outputs: 1, seed: 2 },
      identity,
    );
    const gram = await model.linearize(theta).gram();
    const squared = dot(secondLayer.data, secondLayer.data);
    for (let i = 0; i < 5; i++) {
      for (let j = 0; j < 5; j++) {
        expectClose(entry(gram, i, j), squared * dot(row(inputs, i), row(inputs, j)), 1e-13, `K(${i},${j})`);
      }
    }
  });
});

describe("signed second layer", () => {
  it("has entries ±1/√m, as many of one sign as of the other", () => {
    const [outputs, width] = [3, 2500];
    const { data, rows, columns } = signedSecondLayer(outputs, width, createStream(3));
    expect([rows, columns]).toEqual([outputs, width]);
    expect(data.every((value) => Math.abs(value) === 0.02)).toBe(true);
    const positive = data.filter((value) => value > 0).length;
    // Four standard deviations of a fair coin.
    expect(Math.abs(positive - 3750)).toBeLessThan(4 * Math.sqrt(7500 / 4));
  });
});
