import { InputError } from "../../../inputError.ts";
import type { FloatArray } from "../../../linalg/matrix.ts";
import type { NetworkBuffer } from "../graph.ts";
import type { BindContext, ExplicitShare, Operation, Rule } from "../operation.ts";
import { describeShape, type Shape, sameShape, sizeOf } from "../shape.ts";
import { channelSumShare } from "./channelSumShare.ts";

/** The frozen statistics of a batch normalisation: length C each. */
export interface BatchNormOptions {
  /** Statistics of each channel, read at every forward. */
  readonly mean: NetworkBuffer;
  readonly variance: NetworkBuffer;
  /** Added to the variance; 1e-5 in PyTorch unless given. */
  readonly epsilon: number;
}

/**
 * Batch normalisation with frozen statistics, as PyTorch's BatchNorm1d, 2d and 3d in evaluation: y = scale·x̂ + shift
 * with x̂ = (x − mean)/√(variance + epsilon), one number each a channel (the first axis of the input, which may have any
 * others; the output has its shape). Parameters: scale and shift (channels). Statistics of the batch itself would let
 * each sample's output depend on the others, and leave no per-sample gradient. `apply` throws an InputError where the
 * input, the variance or a parameter has other channels than the mean, `forward` where variance + epsilon is not above 0.
 */
export function batchNorm(options: BatchNormOptions): Operation {
  const operation: Operation = {
    name: "batchNorm",
    arity: { inputs: 1, parameters: 2 },
    outputShape([input], parameters) {
      const channels = sizeOf(options.mean.shape);
      if (input[0] !== channels) {
        throw new InputError(
          `batchNorm: expected ${channels} channels on the first axis as '${options.mean.name}' has, got shape ${describeShape(input)}`,
        );
      }
      for (const shape of [options.variance.shape, ...parameters]) {
        if (!sameShape(shape, [channels])) {
          throw new InputError(
            `batchNorm: expected variance, scale and shift of shape ${channels}, got ${describeShape(shape)}`,
          );
        }
      }
      return input;
    },
    bind: ([input], _parameters, context) => normalisationRule(input, options, context),
  };
  statistics.set(operation, options);
  return operation;
}

const statistics = new WeakMap<Operation, BatchNormOptions>();

/** The statistics of a batch norm, for those who set them; undefined for any other operation. */
export function batchNormStatistics(
  operation: Operation,
): Pick<BatchNormOptions, "mean" | "variance"> | undefined {
  return statistics.get(operation);
}

function normalisationRule(input: Shape, options: BatchNormOptions, { math, precision }: BindContext): Rule {
  const channels = input[0];
  const pixels = sizeOf(input) / channels;
  const perChannel = () => math.allocate(precision, channels);
  const [mean, none, scales, sums] = [perChannel(), perChannel(), perChannel(), perChannel()];
  /** 1/√(variance + epsilon) */
  const inverse = new Float64Array(channels);

  /** y ← factor·inverse·(x − centre) + shift + beta·y in each channel. */
  const scale = (
    x: FloatArray,
    centre: FloatArray,
    factor: FloatArray,
    shift: FloatArray,
    beta: 0 | 1,
    y: FloatArray,
  ) => {
    for (let c = 0; c < channels; c++) scales[c] = factor[c] * inverse[c];
    math.moveChannels(pixels, { centre, scale: scales, shift }, x, beta, y);
  };
  /** out ← out + alpha·inverse·Σ ȳ (x − centre) over the pixels of each channel. */
  const inner = (alpha: number, y: FloatArray, x: FloatArray, centre: FloatArray, out: FloatArray) => {
    sums.fill(0);
    math.sumProducts(pixels, 1, y, x, centre, sums);
    for (let c = 0; c < channels; c++) out[c] += alpha * inverse[c] * sums[c];
  };

  const scaleShare: ExplicitShare = {
    kind: "explicit",
    sampleGradients({ count, inputs: [x] }, cotangent, target) {
      target.fill(0);
      const size = channels * pixels;
      for (let k = 0; k < count; k++) {
        const [start, end] = [k * size, (k + 1) * size];
        const own = target.subarray(k * channels, (k + 1) * channels);
        inner(1, cotangent.subarray(start, end), x.subarray(start, end), mean, own);
      }
    },
  };
  return {
    forward({ inputs: [x], parameters: [factor, shift], output }) {
      mean.set(options.mean.data);
      invertDeviations(options, inverse);
      scale(x, mean, factor, shift, 0, output);
    },
    jvp({ inputs: [x], parameters: [factor] }, { inputs: [tangent], parameters: along }, out) {
      if (tangent) scale(tangent, none, factor, none, 0, out);
      if (along) scale(x, mean, along[0], along[1], tangent ? 1 : 0, out);
    },
    vjp({ parameters: [factor] }, cotangent, [target]) {
      if (target) scale(cotangent, none, factor, none, 0, target);
    },
    affine: true,
    parameterVjp({ inputs: [x] }, cotangent, alpha, gradients) {
      inner(alpha, cotangent, x, mean, gradients[0]);
      math.sumColumns(pixels, alpha, cotangent, gradients[1]);
    },
    curvature(_, { parameters: along }, cotangent, [target]) {
      if (target && along) scale(cotangent, none, along[0], none, 1, target);
    },
    parameterCurvature(_, { inputs: [tangent] }, cotangent, alpha, gradients) {
      if (tangent) inner(alpha, cotangent, tangent, none, gradients[0]);
    },
    shares: [scaleShare, channelSumShare(pixels, math)],
  };
}

function invertDeviations({ variance, epsilon }: BatchNormOptions, inverse: Float64Array): void {
  for (const [c, value] of variance.data.entries()) {
    if (!(value + epsilon > 0)) {
      throw new InputError(
        `batchNorm: expected a variance above −${epsilon} in '${variance.name}', got ${value} for channel ${c}`,
      );
    }
    inverse[c] = 1 / Math.sqrt(value + epsilon);
  }
}
