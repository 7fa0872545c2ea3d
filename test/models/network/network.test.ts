import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainVectorMath } from "../../../src/linalg/plainVectorMath.ts";
import { tanh } from "../../../src/models/activations.ts";
import { type Graph, graphBuilder, parameterCount, type Value } from "../../../src/models/network/graph.ts";
import { crossEntropyLoss, squareLoss } from "../../../src/models/network/losses.ts";
import { networkModel } from "../../../src/models/network/network.ts";
import { activation } from "../../../src/models/network/operations/activation.ts";
import { conv2d } from "../../../src/models/network/operations/conv2d.ts";
import { dense } from "../../../src/models/network/operations/dense.ts";
import { createStream } from "../../../src/random/index.ts";
import { naiveKernels as kernels } from "../../reference/naiveKernels.ts";
import { dot, expectClose, expectLengthErrors, expectLinearizationLaws } from "../laws.ts";

/** Networks that between them need every way of forming K: dense, convolutions (also grouped), positions, sharing. */
const networks: Record<string, (outputs: number) => Graph> = {
  perceptron(outputs) {
    const g = graphBuilder([3]);
    const hidden = g.apply(
      dense(),
      [g.input],
      [g.parameter("a", [4, 3], "weight"), g.parameter("b", [4], "bias")],
    );
    const smooth = g.apply(activation(tanh), [hidden]);
    return g.finish(
      g.apply(
        dense(),
        [smooth],
        [g.parameter("c", [outputs, 4], "weight"), g.parameter("d", [outputs], "bias")],
      ),
    );
  },
  shared(outputs) {
    const g = graphBuilder([3]);
    const weight = g.parameter("w", [3, 3], "weight");
    const bias = g.parameter("b", [3], "bias");
    const layer = (x: Value) => g.apply(activation(tanh), [g.apply(dense(), [x], [weight, bias])]);
    const twice = layer(layer(g.input));
    const out = g.parameter("out", [outputs, 3], "weight");
    return g.finish(g.apply(dense({ bias: false }), [twice], [out]));
  },
  tokens(outputs) {
    const g = graphBuilder([2, 3]);
    const weights = [g.parameter("w", [4, 3], "weight"), g.parameter("b", [4], "bias")];
    const hidden = g.apply(activation(tanh), [g.apply(dense(), [g.input], weights)]);
    const flat = g.reshape(hidden, [8]);
    return g.finish(g.apply(dense({ bias: false }), [flat], [g.parameter("out", [outputs, 8], "weight")]));
  },
  convolution(outputs) {
    const g = graphBuilder([2, 4, 3]);
    const first = [g.parameter("w", [4, 2, 3, 3], "weight"), g.parameter("b", [4], "bias")];
    const one = g.apply(activation(tanh), [g.apply(conv2d({ padding: [1, 1, 1, 1] }), [g.input], first)]);
    const grouped = [g.parameter("v", [4, 2, 2, 2], "weight"), g.parameter("c", [4], "bias")];
    const two = g.apply(activation(tanh), [g.apply(conv2d({ groups: 2, stride: [2, 2] }), [one], grouped)]);
    const flat = g.reshape(two, [8]);
    return g.finish(g.apply(dense({ bias: false }), [flat], [g.parameter("out", [outputs, 8], "weight")]));
  },
};

const cases = fc.record({
  n: fc.integer({ min: 1, max: 6 }),
  outputs: fc.integer({ min: 1, max: 3 }),
  /** Bytes: from one sample at a time, and many tiles, to everything at once. */
  memoryLimit: fc.constantFrom(1, 3000, 20_000, 2 ** 28),
  seed: fc.nat(),
});

function problem(
  build: (outputs: number) => Graph,
  { n, outputs, seed, memoryLimit }: { n: number; outputs: number; seed: number; memoryLimit: number },
  loss = squareLoss,
) {
  const stream = createStream(seed);
  const graph = build(outputs);
  const width = graph.input.reduce((a, b) => a * b, 1);
  const inputs = stream.split("inputs").gaussians(new Float64Array(n * width));
  const targets = stream.split("targets").gaussians(new Float64Array(n * outputs));
  if (loss.kind === "cross-entropy") {
    targets.fill(0);
    for (let i = 0; i < n; i++) targets[i * outputs + stream.integer(outputs)] = 1;
  }
  const initialize = (s: typeof stream) => s.gaussians(new Float64Array(parameterCount(graph)), 0.7);
  const options = { graph, inputs, targets, loss, initialize, kernels, math: plainVectorMath, memoryLimit };
  const model = networkModel(options);
  return { stream, options, model, theta: model.initialize(stream.split("theta")) };
}

/** `actual` is df/dt along v at θ, to 1e-7 of its length, by central differences with Richardson extrapolation. */
function expectDifferences(
  actual: Float64Array,
  v: Float64Array,
  theta: Float64Array,
  f: (theta: Float64Array) => Float64Array,
  what: string,
): void {
  const central = (step: number) => {
    const [above, below] = [step, -step].map((h) => f(theta.map((value, k) => value + h * v[k])));
    return above.map((value, k) => (value - below[k]) / (2 * step));
  };
  const step = 2 ** -9 / Math.sqrt(dot(v, v));
  const [coarse, fine] = [central(step), central(step / 2)];
  const off = actual.map((value, k) => value - (4 * fine[k] - coarse[k]) / 3);
  const tolerance = 1e-7 * (Math.sqrt(dot(actual, actual)) + 1e-3);
  expectClose(Math.sqrt(dot(off, off)), 0, tolerance, `${what} against differences`);
}

describe.each(Object.entries(networks))("network model: %s", (_, build) => {
  it("has one Jacobian behind jvp, vjp, Gram matrix and batch gradients, in chunks and tiles of any size", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (shape) => {
        const { model, theta, stream } = problem(build, shape);
        await expectLinearizationLaws(model, theta, stream.split("laws"), 100);
      }),
      { numRuns: 30 },
    );
  });

  it("has the Jacobian of its outputs", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (shape) => {
        const { model, theta, stream } = problem(build, shape);
        const v = stream.split("v").gaussians(new Float64Array(theta.length));
        const image = await model.linearize(theta).jvp(v);
        expectDifferences(image, v, theta, (at) => model.predict(at), "Jv");
      }),
      { numRuns: 10 },
    );
  });

  it.each([squareLoss, crossEntropyLoss])("has an exact, symmetric Hessian product: $kind", async (loss) => {
    await fc.assert(
      fc.asyncProperty(cases, async (shape) => {
        const outputs = loss.kind === "mse" ? shape.outputs : shape.outputs + 1;
        const { model, theta, stream } = problem(build, { ...shape, outputs }, loss);
        const p = model.parameters;
        const at = model.linearize(theta);
        const draw = (label: string) => stream.split(label).gaussians(new Float64Array(p));
        const [v, w] = [draw("v"), draw("w")];
        const [hv, hw] = [await at.hvp(v), await at.hvp(w)];
        const reach = Math.sqrt(dot(hv, hv) * dot(w, w)) + Math.sqrt(dot(hw, hw) * dot(v, v));
        expectClose(dot(hv, w), dot(hw, v), 1e-12 * reach, "⟨w, Hv⟩ = ⟨v, Hw⟩");

        const everyone = Int32Array.from({ length: shape.n }, (_, i) => i);
        const gradientAt = (point: Float64Array) => {
          const gradient = new Float64Array(p);
          model.gradient(point, everyone, gradient);
          return gradient;
        };
        expectDifferences(hv, v, theta, gradientAt, "Hv");
      }),
      { numRuns: 10 },
    );
  });

  it("in float32 agrees with float64 to single precision", async () => {
    const shape = { n: 5, outputs: 2, seed: 3, memoryLimit: 3000 };
    const { options, model, theta } = problem(build, shape);
    const single = networkModel({ ...options, precision: "float32" });
    const [exact, rounded] = [await model.linearize(theta).gram(), await single.linearize(theta).gram()];
    const largest = Math.max(...exact.data.map(Math.abs));
    for (const [k, value] of rounded.data.entries())
      expectClose(value, exact.data[k], 1e-5 * largest, `K[${k}]`);
    expect(rounded.data).not.toEqual(exact.data);
  });

  it("descends along its gradient", () => {
    const { model, theta } = problem(build, { n: 5, outputs: 2, seed: 4, memoryLimit: 2 ** 28 });
    const batch = Int32Array.of(3, 1, 3);
    const gradient = new Float64Array(theta.length);
    const loss = model.gradient(theta, batch, gradient);
    const trainer = model.trainer(theta, 4);
    expectClose(trainer.descend(batch, 0.25), loss, 1e-14 * loss, "loss");
    for (const [k, value] of trainer.theta.entries()) {
      expectClose(value, theta[k] - 0.25 * gradient[k], 1e-14, `θ[${k}]`);
    }
  });

  it("refuses wrong lengths and batches", () => {
    const { model, theta } = problem(build, { n: 3, outputs: 2, seed: 1, memoryLimit: 2 ** 28 });
    expectLengthErrors(model, theta);
  });
});

describe("network model", () => {
  it("says which data do not fit", () => {
    const { options } = problem(networks.perceptron, { n: 3, outputs: 2, seed: 1, memoryLimit: 2 ** 28 });
    expect(() => networkModel({ ...options, inputs: new Float64Array(7) })).toThrow(/3 numbers each, got 7/);
    expect(() => networkModel({ ...options, targets: new Float64Array(5) })).toThrow(
      /2 for each of 3 samples/,
    );
    const broken = options.inputs.slice();
    broken[4] = Number.NaN;
    expect(() => networkModel({ ...options, inputs: broken })).toThrow(/got NaN in sample 1/);
  });

  it("says how many inputs, parameters and numbers it expects", () => {
    const g = graphBuilder([3]);
    expect(() => g.apply(dense(), [g.input])).toThrow(
      "dense: expected 1 inputs and 2 parameters, got 1 and 0",
    );
    expect(() => g.buffer("mean", [3], new Float64Array(2))).toThrow("mean: expected 3 numbers, got 2");
  });

  it("gives the memory of a gradient back where the batch is refused", () => {
    const { options, theta } = problem(networks.perceptron, {
      n: 3,
      outputs: 2,
      seed: 1,
      memoryLimit: 2 ** 28,
    });
    const live = new Set<unknown>();
    const math: typeof plainVectorMath = {
      ...plainVectorMath,
      allocate(precision, length) {
        const array = plainVectorMath.allocate(precision, length);
        live.add(array);
        return array;
      },
      release: (array) => void live.delete(array),
    };
    const model = networkModel({ ...options, math });
    const gradient = new Float64Array(theta.length);
    model.gradient(theta, Int32Array.of(0), gradient);
    const before = live.size;
    expect(() => model.gradient(theta, Int32Array.of(7), gradient)).toThrow(RangeError);
    expect(live.size).toBe(before);
  });
});
