import { operations } from "noise-geometry/models";
import { createStream } from "noise-geometry/random";
import { compare, share } from "./compare.mjs";

/** [channels, filters, height and width, batch, kernel], all with stride 1 and as many zeros around as keep the size. */
const shapes = [
  [16, 16, 32, 64, 3],
  [32, 32, 16, 64, 3],
  [64, 64, 8, 64, 3],
  [1, 6, 28, 64, 5],
  [6, 16, 12, 64, 5],
  [3, 16, 32, 64, 3],
];

/** One convolution with bias: forward, and forward with the gradients of input and parameters. */
export async function convolutionRows(bench) {
  const rows = [];
  for (const shape of shapes) {
    for (const backward of [false, true]) rows.push(...(await convolution(bench, shape, backward)));
  }
  return rows;
}

async function convolution(bench, [channels, filters, size, count, kernel], backward) {
  const { kernels, math } = bench;
  const image = [channels, size, size];
  const weights = [filters, channels, kernel, kernel];
  const border = (kernel - 1) / 2;
  const operation = operations.conv2d({ padding: [border, border, border, border] });
  const rule = operation.bind([image], [weights, [filters]], {
    kernels,
    math,
    precision: "float32",
    capacity: count,
  });
  const stream = createStream(1).split(channels, filters, size);
  const random = (name, shape) => {
    const array = math.allocate(
      "float32",
      shape.reduce((product, length) => product * length, 1),
    );
    array.set(stream.split(name).gaussians(new Float64Array(array.length)));
    share(bench, name, array, shape);
    return array;
  };
  const empty = (length) => math.allocate("float32", length);
  const point = {
    count,
    inputs: [random("inputs", [count, ...image])],
    parameters: [random("weight", weights), random("bias", [filters])],
    output: empty(count * filters * size * size),
  };
  const cotangent = random("cotangent", [count, filters, size, size]);
  const target = empty(point.inputs[0].length);
  const gradients = point.parameters.map(({ length }) => empty(length));
  const parts = backward ? [point.output, target, ...gradients] : [point.output];
  return compare(bench, {
    work: `convolution ${channels}→${filters} channels, ${size}×${size}, kernel ${kernel}, batch ${count}, ${backward ? "forward and backward" : "forward"}`,
    once() {
      rule.forward(point);
      if (!backward) return;
      rule.vjp(point, cotangent, [target]);
      for (const gradient of gradients) gradient.fill(0);
      rule.parameterVjp(point, cotangent, 1, gradients);
    },
    result: () => parts.flatMap((part) => Array.from(part)),
    flops: 2 * count * filters * channels * (kernel * size) ** 2 * (backward ? 3 : 1),
    peers: [{ request: { work: "convolution", backward } }],
    tolerance: 1e-4,
  }).finally(() => {
    for (const array of [
      ...point.inputs,
      ...point.parameters,
      point.output,
      cotangent,
      target,
      ...gradients,
    ]) {
      math.release(array);
    }
  });
}
