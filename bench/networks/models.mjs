import {
  buildArchitecture,
  graphBuilder,
  initializeParameters,
  networkModel,
  operations,
  readArchitecture,
  relu,
  squareLoss,
} from "noise-geometry/models";
import { createStream } from "noise-geometry/random";

/** An architecture with Gaussian inputs, targets and weights, all in float32. */
export function randomModel({ kernels, math }, graph, samples, { scheme = "he", memoryLimit } = {}) {
  const stream = createStream(1);
  const size = graph.input.reduce((product, length) => product * length, 1);
  const [outputs] = graph.output.shape;
  const inputs = Float32Array.from(stream.split("inputs").gaussians(new Float64Array(samples * size)));
  const targets = stream.split("targets").gaussians(new Float64Array(samples * outputs));
  const theta = Float64Array.from(
    Float32Array.from(initializeParameters(graph, scheme, stream.split("weights"))),
  );
  const initialize = () => theta;
  const model = networkModel({
    graph,
    inputs,
    targets,
    loss: squareLoss,
    initialize,
    kernels,
    math,
    precision: "float32",
    ...(memoryLimit !== undefined && { memoryLimit }),
  });
  return { model, inputs, targets, theta };
}

export function architecture(config, input, outputs) {
  return buildArchitecture(readArchitecture(config), input, outputs);
}

/** 3×32×32 → convolution 3×3 to 16 channels, ReLU, 2×2 maxima → the same to 32 → dense to 10. */
export function smallCnn() {
  const b = graphBuilder([3, 32, 32]);
  let x = b.input;
  let channels = 3;
  for (const filters of [16, 32]) {
    const name = `conv${filters}`;
    const fans = { in: 9 * channels, out: 9 * filters };
    const weight = b.parameter(`${name}.weight`, [filters, channels, 3, 3], "weight", fans);
    const bias = b.parameter(`${name}.bias`, [filters], "bias");
    x = b.apply(operations.conv2d({ padding: [1, 1, 1, 1] }), [x], [weight, bias]);
    x = b.apply(operations.maxPool2d({ kernel: [2, 2] }), [b.apply(operations.activation(relu), [x])]);
    channels = filters;
  }
  const weight = b.parameter("dense.weight", [10, 2048], "weight", { in: 2048, out: 10 });
  const bias = b.parameter("dense.bias", [10], "bias");
  return b.finish(b.apply(operations.dense(), [b.reshape(x, [2048])], [weight, bias]));
}
