import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { descendTo, lossAt, trainedMinimum } from "../../../src/experiments/minima/trainedByDescent.ts";
import { type Kernels, openKernels, plainVectorMath } from "../../../src/linalg/index.ts";
import { buildArchitecture } from "../../../src/models/network/architectures/buildArchitecture.ts";
import { readArchitecture } from "../../../src/models/network/architectures/schema.ts";
import { squareLoss } from "../../../src/models/network/losses.ts";
import { networkModel } from "../../../src/models/network/network.ts";
import { createStream } from "../../../src/random/index.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels({ threads: 1 });
});
afterAll(() => kernels.close());

/** f = Wx, where first order is all there is. */
function linear(
  seed: number,
  { samples, dimension, outputs }: Record<"samples" | "dimension" | "outputs", number>,
) {
  const stream = createStream(seed);
  const graph = buildArchitecture(
    readArchitecture({ name: "linear-network", hidden: [] }),
    [dimension],
    outputs,
  );
  return networkModel({
    graph,
    inputs: stream.split("inputs").gaussians(new Float64Array(samples * dimension)),
    targets: stream.split("targets").gaussians(new Float64Array(samples * outputs)),
    loss: squareLoss,
    initialize: (draws) => draws.gaussians(new Float64Array(dimension * outputs)),
    kernels,
    math: plainVectorMath,
  });
}

const size = fc.integer({ min: 1, max: 6 });

describe("a trained minimum", () => {
  it("has the quadratic loss of a linear model, but for what no θ takes away", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1000),
        fc.record({ samples: size, dimension: size, outputs: fc.integer({ min: 1, max: 2 }) }),
        fc.constantFrom(1e-6, 1, 1e6),
        async (seed, shape, scale) => {
          const model = linear(seed, shape);
          const theta = model.initialize(createStream(seed).split("theta")).map((value) => value * scale);
          const { minimum, start } = await trainedMinimum(model, theta, kernels);
          const quadratic = (w: Float64Array) =>
            w.reduce((sum, value, k) => sum + (minimum.problem.eigenvalues[k] * value ** 2) / 2, 0);
          const other = model.initialize(createStream(seed).split("other"));
          const here = { whole: lossAt(model, theta), part: quadratic(start) };
          const there = { whole: lossAt(model, other), part: quadratic(minimum.coordinates(other)) };
          const unit = here.whole + there.whole;
          expect(Math.abs(here.whole - here.part - (there.whole - there.part))).toBeLessThan(1e-8 * unit);
          if (shape.dimension >= shape.samples)
            expect(Math.abs(here.whole - here.part)).toBeLessThan(1e-8 * unit);
          // θ* is where it says it is
          const back = minimum.displaced(start);
          for (const [k, value] of theta.entries()) expect(back[k]).toBeCloseTo(value, 9 - Math.log10(scale));
          model.release();
        },
      ),
    );
  });
});

describe("descent to a loss", () => {
  const shape = { samples: 4, dimension: 8, outputs: 1 };
  const options = { batchSize: 2, learningRate: 0.05, maxSteps: 20_000 };

  it("ends where the loss over all samples is low, and leaves its start alone", () => {
    const model = linear(3, shape);
    const start = model.initialize(createStream(4));
    const copy = start.slice();
    const stream = () => createStream(5);
    const { theta, arrived, steps } = descendTo(model, start, { ...options, loss: 1e-6, stream: stream() });
    expect(arrived).toBe(true);
    expect(lossAt(model, theta)).toBeLessThanOrEqual(1e-6);
    expect(steps).toBeGreaterThan(0);
    expect(start).toEqual(copy);
    // at the look before it was not there yet
    const before = descendTo(model, start, { ...options, loss: 0, maxSteps: steps - 50, stream: stream() });
    expect(lossAt(model, before.theta)).toBeGreaterThan(1e-6);
    expect(before).toMatchObject({ arrived: false, steps: steps - 50 });
  });

  it("takes no step from where it is low already, and no more than it may", () => {
    const model = linear(3, shape);
    const start = model.initialize(createStream(4));
    const stream = createStream(5);
    expect(descendTo(model, start, { ...options, loss: 1e6, stream })).toMatchObject({
      arrived: true,
      steps: 0,
    });
    expect(descendTo(model, start, { ...options, loss: 0, maxSteps: 7, stream })).toMatchObject({
      arrived: false,
      steps: 7,
    });
  });

  it("does not arrive where it diverges", () => {
    const model = linear(3, shape);
    const start = model.initialize(createStream(4));
    const { arrived } = descendTo(model, start, {
      ...options,
      learningRate: 1e3,
      loss: 1e-6,
      maxSteps: 500,
      stream: createStream(5),
    });
    expect(arrived).toBe(false);
  });
});
