import { InputError } from "../../../inputError.ts";
import type { FloatArray } from "../../../linalg/matrix.ts";
import type { VectorMath } from "../../../linalg/vectorMath.ts";
import type { NetworkBuffer } from "../graph.ts";
import type { ExplicitShare, Operation, Rule } from "../operation.ts";
import { describeShape, type Shape, sizeOf } from "../shape.ts";
import { channelSumShare } from "./channelSumShare.ts";

export interface BatchNormOptions {
  /** Statistics of each channel, read at every forward. */
  readonly mean: NetworkBuffer;
  readonly variance: NetworkBuffer;
  readonly epsilon: number;
}

/**
 * Batch normalisation with frozen statistics, as PyTorch's in evaluation: y = scale·x̂ + shift with
 * x̂ = (x − mean)/√(variance + epsilon), one number each a channel (the first axis). Parameters: scale and shift
 * (channels). Statistics of the batch itself would let each sample's output depend on the others, and leave no
 * per-sample gradient.
 */
export function batchNorm(options: BatchNormOptions): Operation {
  const operation: Operation = {
    name: "batchNorm",
    outputShape([input]) {
      const channels = sizeOf(options.mean.shape);
      if (input[0] !== channels) {
        throw new InputError(
          `batchNorm: expected ${channels} channels on the first axis as '${options.mean.name}' has, got shape ${describeShape(input)}`,
        );
      }
      return input;
    },
    bind: ([input], _parameters, { math }) => normalisationRule(input, options, math),
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

function normalisationRule(input: Shape, options: BatchNormOptions, math: VectorMath): Rule {
  const channels = input[0];
  const pixels = sizeOf(input) / channels;
  const mean = options.mean.data;
  const none = new Float64Array(channels);
  /** 1/√(variance + epsilon) */
  const inverse = new Float64Array(channels);

  /** y ← factor·inverse·(x − centre) + shift in each channel, or y + that. */
  const scale = (
    x: FloatArray,
    centre: FloatArray,
    factor: FloatArray,
    shift: FloatArray,
    add: boolean,
    y: FloatArray,
  ) => {
    for (let start = 0, c = 0; start < x.length; start += pixels, c = c + 1 === channels ? 0 : c + 1) {
      const [a, m, b] = [factor[c] * inverse[c], centre[c], shift[c]];
      const end = start + pixels;
      if (add) for (let i = start; i < end; i++) y[i] += a * (x[i] - m) + b;
      else for (let i = start; i < end; i++) y[i] = a * (x[i] - m) + b;
    }
  };
  /** out_k ← out_k + alpha·inverse·Σ ȳ (x − centre) over row k of pixels, k modulo the length of out. */
  const inner = (alpha: number, y: FloatArray, x: FloatArray, centre: FloatArray, out: FloatArray) => {
    const sums = new Float64Array(out.length);
    for (let start = 0, row = 0; start < x.length; start += pixels, row++) {
      const m = centre[row % channels];
      let sum = 0;
      for (let i = start; i < start + pixels; i++) sum += y[i] * (x[i] - m);
      sums[row % out.length] += sum * inverse[row % channels];
    }
    for (let k = 0; k < out.length; k++) out[k] += alpha * sums[k];
  };

  const scaleShare: ExplicitShare = {
    kind: "explicit",
    sampleGradients({ inputs: [x] }, cotangent, target) {
      target.fill(0);
      inner(1, cotangent, x, mean, target);
    },
  };
  return {
    forward({ inputs: [x], parameters: [factor, shift], output }) {
      invertDeviations(options, inverse);
      scale(x, mean, factor, shift, false, output);
    },
    jvp({ inputs: [x], parameters: [factor] }, { inputs: [tangent], parameters: along }, out) {
      if (tangent) scale(tangent, none, factor, none, false, out);
      if (along) scale(x, mean, along[0], along[1], tangent !== undefined, out);
    },
    vjp({ parameters: [factor] }, cotangent, [target]) {
      if (target) scale(cotangent, none, factor, none, false, target);
    },
    parameterVjp({ inputs: [x] }, cotangent, alpha, gradients) {
      inner(alpha, cotangent, x, mean, gradients[0]);
      math.sumColumns(pixels, alpha, cotangent, gradients[1]);
    },
    curvature(_, { parameters: along }, cotangent, [target]) {
      if (target && along) scale(cotangent, none, along[0], none, true, target);
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
