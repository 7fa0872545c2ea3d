import { InputError } from "../../../inputError.ts";
import type { FloatArray } from "../../../linalg/matrix.ts";
import type { SlidingWindow } from "../../../linalg/vectorMath.ts";
import type { BindContext, Operation, Rule } from "../operation.ts";
import { describeShape, type Shape, sameShape } from "../shape.ts";
import { channelSumShare } from "./channelSumShare.ts";
import { convolutionProducts } from "./convolutionProducts.ts";
import { patchShare } from "./patchShare.ts";
import { type Sliding, slide } from "./sliding.ts";

/**
 * How filters move, and what is added: stride and dilation are [vertical, horizontal], 1 by default; the padding with
 * zeros is [top, left, bottom, right], none by default.
 */
export interface Conv2dOptions extends Partial<Omit<Sliding, "kernel">> {
  /** Channels are split into this many groups, each with filters of its own; 1 by default. */
  readonly groups?: number;
  /** Whether a bias is added; true by default. */
  readonly bias?: boolean;
}

/**
 * Cross-correlation of channels×height×width images with filters, as PyTorch's Conv2d. Parameters: weight
 * (filters × channels/groups × kernel height × kernel width) and, unless `bias` is false, bias (filters). The output is
 * filters×H×W with H = ⌊(height + top + bottom − dilation·(kernel − 1) − 1)/stride⌋ + 1, W likewise. `apply` throws an
 * InputError where the input is no image, channels or filters do not fit the weight, the bias and the groups, an option is
 * not whole or too small, or the kernel does not fit the padded image.
 */
export function conv2d({
  stride = [1, 1],
  padding = [0, 0, 0, 0],
  dilation = [1, 1],
  groups = 1,
  bias = true,
}: Conv2dOptions = {}): Operation {
  const slidingOf = ([, , kernelHeight, kernelWidth]: Shape): Sliding => ({
    kernel: [kernelHeight, kernelWidth],
    stride,
    dilation,
    padding,
  });
  const outputShape = (image: Shape, weight: Shape, b?: Shape): [number, number, number] => {
    if (weight.length !== 4) {
      throw new InputError(
        `conv2d: expected weights of shape filters×channels×height×width, got ${describeShape(weight)}`,
      );
    }
    const size = slide("conv2d", image, slidingOf(weight));
    const [filters, channelsEach] = weight;
    if (image[0] !== groups * channelsEach || filters % groups !== 0) {
      throw new InputError(
        `conv2d: weights of shape ${describeShape(weight)} in ${groups} groups take images of ${groups * channelsEach} channels and a multiple of ${groups} filters, got an image of shape ${describeShape(image)}`,
      );
    }
    if (b && !sameShape(b, [filters])) {
      throw new InputError(`conv2d: expected a bias of shape ${filters}, got ${describeShape(b)}`);
    }
    return [filters, ...size];
  };
  return {
    name: "conv2d",
    arity: { inputs: 1, parameters: bias ? 2 : 1 },
    outputShape: ([image], [weight, b]) => outputShape(image, weight, b),
    bind([image], [weight], context) {
      const [channels, height, width] = image;
      const [filters, outHeight, outWidth] = outputShape(image, weight);
      const window: SlidingWindow = {
        ...slidingOf(weight),
        channels,
        height,
        width,
        padding: [padding[0], padding[1]],
        outHeight,
        outWidth,
      };
      return convolutionRule(window, groups, filters, bias, context);
    },
  };
}

function convolutionRule(
  window: SlidingWindow,
  groups: number,
  filters: number,
  bias: boolean,
  context: BindContext,
): Rule {
  const { math } = context;
  const positions = window.outHeight * window.outWidth;
  const products = convolutionProducts(window, groups, filters, context);
  const weightShare = patchShare(window, groups, filters, products, context);
  const addBias = (b: FloatArray, y: FloatArray) => math.addToColumns(positions, b, y);
  return {
    forward({ count, inputs: [x], parameters: [weight, b], output }) {
      products.correlate(count, weight, x, 0, output);
      if (bias) addBias(b, output);
    },
    jvp({ count, inputs: [x], parameters: [weight] }, { inputs: [input], parameters: along }, out) {
      if (input) products.correlate(count, weight, input, 0, out);
      if (along) products.correlate(count, along[0], x, input ? 1 : 0, out);
      if (along && bias) addBias(along[1], out);
    },
    vjp({ count, parameters: [weight] }, cotangent, [target]) {
      if (target) products.pull(count, weight, cotangent, 0, target);
    },
    affine: true,
    parameterVjp({ count, inputs: [x] }, cotangent, scale, gradients) {
      products.outer(count, scale, cotangent, x, gradients[0]);
      if (bias) math.sumColumns(positions, scale, cotangent, gradients[1]);
    },
    curvature({ count }, { parameters: along }, cotangent, [target]) {
      if (target && along) products.pull(count, along[0], cotangent, 1, target);
    },
    parameterCurvature({ count }, { inputs: [input] }, cotangent, scale, gradients) {
      if (input) products.outer(count, scale, cotangent, input, gradients[0]);
    },
    shares: bias ? [weightShare, channelSumShare(positions, math)] : [weightShare],
  };
}
