import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/inputError.ts";
import { buildArchitecture } from "../../../src/models/network/architectures/buildArchitecture.ts";
import { readArchitecture } from "../../../src/models/network/architectures/schema.ts";
import { freezeBatchNorm } from "../../../src/models/network/freezeBatchNorm.ts";
import { type Graph, graphBuilder } from "../../../src/models/network/graph.ts";
import { initializeParameters } from "../../../src/models/network/initialize.ts";
import { batchNorm } from "../../../src/models/network/operations/batchNorm.ts";
import { type Shape, sizeOf } from "../../../src/models/network/shape.ts";
import { createStream } from "../../../src/random/index.ts";
import { forward, naive } from "./architectures/forward.ts";

function momentsOfChannel(values: Float64Array, [channels, ...rest]: Shape, channel: number) {
  const pixels = sizeOf(rest);
  const own = [...values].filter((_, i) => Math.floor(i / pixels) % channels === channel);
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
  return { mean, variance: own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length };
}

/** A norm of `shape` alone. */
function normOf(shape: Shape): Graph {
  const b = graphBuilder(shape);
  const scale = b.parameter("norm.weight", [shape[0]], "scale");
  const shift = b.parameter("norm.bias", [shape[0]], "bias");
  const mean = b.buffer("norm.running_mean", [shape[0]], new Float64Array(shape[0]));
  const variance = b.buffer("norm.running_var", [shape[0]], new Float64Array(shape[0]).fill(1));
  return b.finish(b.apply(batchNorm({ mean, variance, epsilon: 1e-5 }), [b.input], [scale, shift]));
}

describe("freezeBatchNorm", () => {
  it.each([
    [{ name: "resnet", depth: 8, width: 0.25 }, 40],
    [{ name: "resnet", depth: 14, width: 0.125, shortcut: "B" }, 33],
  ])(
    "leaves every norm of %j with outputs of mean 0 and variance 1 on these %i samples",
    (config, samples) => {
      const graph = buildArchitecture(readArchitecture(config), [3, 6, 6], 2);
      const theta = initializeParameters(graph, "he", createStream(3));
      const inputs = createStream(4).gaussians(new Float64Array(samples * 108), 20);
      // whatever stood there before does not matter
      for (const { data } of graph.buffers) data.fill(7);
      freezeBatchNorm(graph, theta, inputs, naive);
      const values = forward(graph, theta, inputs);
      let norms = 0;
      for (const [k, { operation, shape, inputs: sources }] of graph.nodes.entries()) {
        if (operation.name !== "batchNorm") continue;
        norms++;
        for (let c = 0; c < shape[0]; c++) {
          const before = momentsOfChannel(values[sources[0].node], shape, c);
          const after = momentsOfChannel(values[k], shape, c);
          expect(Math.abs(after.mean)).toBeLessThan(1e-12);
          expect(after.variance).toBeCloseTo(before.variance / (before.variance + 1e-5), 12);
        }
      }
      expect(2 * norms).toBe(graph.buffers.length);
    },
  );

  it("takes float32 inputs, and statistics of few numbers far from 0 without cancellation", () => {
    const graph = normOf([2]);
    const inputs = Float32Array.of(1e6, 3, 1e6 + 1, 5, 1e6 + 2, 10);
    freezeBatchNorm(graph, Float64Array.of(1, 1, 0, 0), inputs, naive);
    const [mean, variance] = graph.buffers.map(({ data }) => [...data]);
    expect(mean).toEqual([1e6 + 1, 6]);
    expect(variance[0]).toBeCloseTo(2 / 3, 14);
    expect(variance[1]).toBeCloseTo(26 / 3, 14);
  });

  it("leaves networks without norms alone", () => {
    const graph = buildArchitecture(readArchitecture({ name: "fnn", hidden: [2] }), [3], 1);
    const theta = initializeParameters(graph, "he", createStream(1));
    expect(() => freezeBatchNorm(graph, theta, new Float64Array(3), naive)).not.toThrow();
  });

  it("says what is wrong with data it cannot take statistics of", () => {
    const freeze = (shape: Shape, inputs: number[]) => {
      const graph = normOf(shape);
      freezeBatchNorm(graph, new Float64Array(2 * shape[0]), Float64Array.from(inputs), naive);
    };
    expect(() => freeze([2], [1, 2])).toThrow(
      new InputError(
        "norm.running_mean: expected at least two numbers a channel to take the variance of, got one; give more samples",
      ),
    );
    expect(() => freeze([2], [1, 2, 3, Number.NaN])).toThrow(
      /finite values before the batch norm, .* channel 1/,
    );
    expect(() => freeze([2], [1, 2, 3])).toThrow(RangeError);
    expect(() => freeze([2], [])).toThrow(RangeError);
    expect(() => freezeBatchNorm(normOf([2]), new Float64Array(3), new Float64Array(4), naive)).toThrow(
      RangeError,
    );
  });
});
