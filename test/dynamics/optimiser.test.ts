import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradientDescent, type OptimiserOptions } from "../../src/dynamics/optimiser.ts";
import { plainVectorMath as math } from "../../src/linalg/plainVectorMath.ts";
import type { Precision } from "../../src/linalg/vectorMath.ts";
import { tanh } from "../../src/models/activations.ts";
import { graphBuilder } from "../../src/models/network/graph.ts";
import { squareLoss } from "../../src/models/network/losses.ts";
import { networkModel } from "../../src/models/network/network.ts";
import { activation } from "../../src/models/network/operations/activation.ts";
import { dense } from "../../src/models/network/operations/dense.ts";
import { createStream } from "../../src/random/index.ts";
import { naiveKernels as kernels } from "../reference/naiveKernels.ts";

const samples = 7;

function problem(seed: number, precision: Precision = "float64") {
  const g = graphBuilder([2]);
  const hidden = g.apply(activation(tanh), [
    g.apply(dense(), [g.input], [g.parameter("a", [3, 2], "weight"), g.parameter("b", [3], "bias")]),
  ]);
  const graph = g.finish(g.apply(dense({ bias: false }), [hidden], [g.parameter("c", [1, 3], "weight")]));
  const stream = createStream(seed);
  const draw = (name: string, length: number) => stream.split(name).gaussians(new Float64Array(length));
  const inputs = draw("inputs", samples * 2);
  const model = networkModel({
    graph,
    inputs: precision === "float32" ? Float32Array.from(inputs) : inputs,
    targets: draw("targets", samples),
    loss: squareLoss,
    initialize: () => new Float64Array(12),
    kernels,
    math,
    precision,
  });
  return { model, theta: draw("theta", model.parameters) };
}

/** torch.optim.SGD, line by line, in float64: `gradient` of the mean loss of a batch. */
function reference(
  start: Float64Array,
  gradient: (theta: Float64Array, batch: Int32Array) => Float64Array,
  batches: readonly Int32Array[],
  rates: readonly number[],
  { momentum = 0, nesterov = false, weightDecay = 0 }: OptimiserOptions,
): Float64Array {
  const theta = start.slice();
  let buffer: Float64Array | undefined;
  for (const [step, batch] of batches.entries()) {
    let direction = gradient(theta, batch).map((g, k) => g + weightDecay * theta[k]);
    if (momentum !== 0) {
      const last = buffer;
      buffer = last ? last.map((v, k) => momentum * v + direction[k]) : direction.slice();
      const velocity = buffer;
      direction = nesterov ? direction.map((d, k) => d + momentum * velocity[k]) : velocity.slice();
    }
    for (let k = 0; k < theta.length; k++) theta[k] -= rates[step] * direction[k];
  }
  return theta;
}

interface Case extends OptimiserOptions {
  readonly seed: number;
  /** Largest batch that the trainer takes at once. */
  readonly capacity: number;
  readonly batches: readonly (readonly number[])[];
}
const cases: fc.Arbitrary<Case> = fc.record({
  seed: fc.nat(),
  momentum: fc.constantFrom(0, 0.5, 0.9),
  nesterov: fc.boolean(),
  weightDecay: fc.constantFrom(0, 1e-2, 0.5),
  capacity: fc.integer({ min: 1, max: samples }),
  batches: fc.array(fc.array(fc.nat({ max: samples - 1 }), { minLength: 1, maxLength: 2 * samples }), {
    minLength: 1,
    maxLength: 6,
  }),
});

async function compare(c: Case, precision: Precision): Promise<number> {
  const { model, theta } = problem(c.seed, precision);
  const exact = problem(c.seed).model;
  const batches = c.batches.map((batch) => Int32Array.from(batch));
  const rates = batches.map((_, step) => 0.1 / (1 + step));
  const trainer = model.trainer(theta, c.capacity);
  const optimiser = gradientDescent(trainer, math, c);
  for (const [step, batch] of batches.entries()) {
    const loss = await optimiser.step(batch, rates[step]);
    expect(loss).toBeGreaterThan(0);
  }
  const gradient = (at: Float64Array, batch: Int32Array) => {
    const result = new Float64Array(at.length);
    exact.gradient(at, batch, result);
    return result;
  };
  const expected = reference(theta, gradient, batches, rates, c);
  const size = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, k) => Math.abs(value - trainer.theta[k]))) / size;
}

describe("gradientDescent", () => {
  it("is torch.optim.SGD, also on batches larger than the trainer takes at once", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (c) => {
        expect(await compare(c, "float64")).toBeLessThan(1e-13);
      }),
    );
  });

  it("in float32 within its rounding", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (c) => {
        expect(await compare(c, "float32")).toBeLessThan(3e-6);
      }),
    );
  });

  it("returns the mean loss of the batch before the step, without the weight decay's part", async () => {
    for (const capacity of [2, samples]) {
      const { model, theta } = problem(3);
      const batch = Int32Array.of(0, 4, 2, 2, 6);
      const expected = model.gradient(theta, batch, new Float64Array(theta.length));
      const optimiser = gradientDescent(model.trainer(theta, capacity), math, { weightDecay: 0.3 });
      expect(await optimiser.step(batch, 0.1)).toBeCloseTo(expected, 14);
    }
  });

  it("going on with θ and velocity is the same as never having stopped, to the bit", async () => {
    const { model, theta } = problem(5, "float32");
    const options = { momentum: 0.9, weightDecay: 0.01 };
    const batch = (step: number) => Int32Array.of(step % samples, (2 * step) % samples);
    const whole = model.trainer(theta, 2);
    const uninterrupted = gradientDescent(whole, math, options);
    const first = model.trainer(theta, 2);
    const before = gradientDescent(first, math, options);
    for (let step = 0; step < 5; step++) {
      await uninterrupted.step(batch(step), 0.1);
      await before.step(batch(step), 0.1);
    }
    const second = model.trainer(Float64Array.from(first.theta), 2);
    const after = gradientDescent(second, math, options);
    after.velocity!.set(before.velocity!);
    for (let step = 5; step < 10; step++) {
      await uninterrupted.step(batch(step), 0.1);
      await after.step(batch(step), 0.1);
    }
    expect(second.theta).toEqual(whole.theta);
  });

  it("pauses between the parts of a large batch; what the pause throws leaves θ as it was", async () => {
    const { model, theta } = problem(7);
    const trainer = model.trainer(theta, 3);
    const all = Int32Array.from({ length: samples }, (_, i) => i);
    let pauses = 0;
    const counted = gradientDescent(trainer, math, {
      async pause() {
        if (++pauses === 5) throw new Error("enough");
      },
    });
    await counted.step(all, 0.1);
    expect(pauses).toBe(3);
    const before = trainer.theta.slice();
    await expect(counted.step(all, 0.1)).rejects.toThrow("enough");
    expect(trainer.theta).toEqual(before);
  });

  it("refuses momentum and weight decay out of range", () => {
    const { model, theta } = problem(1);
    const trainer = model.trainer(theta, 1);
    for (const momentum of [-0.1, 1, Number.NaN]) {
      expect(() => gradientDescent(trainer, math, { momentum })).toThrow(
        "momentum: expected a number in [0, 1)",
      );
    }
    for (const weightDecay of [-1, Infinity, Number.NaN]) {
      expect(() => gradientDescent(trainer, math, { weightDecay })).toThrow(RangeError);
    }
  });
});
