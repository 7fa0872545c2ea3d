import { InputError } from "../../../inputError.ts";
import { type FloatArray, type Matrix, rowMajor, transpose } from "../../../linalg/matrix.ts";
import type { BindContext, Operation, OuterShare, Rule } from "../operation.ts";
import { describeShape, type Shape, sameShape, sizeOf } from "../shape.ts";
import { biasShare, cotangentItself } from "./biasShare.ts";

/**
 * y = x Wᵀ + b along the last axis, as PyTorch's Linear: …×in → …×out; leading axes are positions that share W.
 * Parameters: W (out×in) and, unless `bias` is false, b (out). `apply` throws an InputError where W has
 * another number of axes, the input's last axis is not `in` long, or b has another shape.
 */
export function dense({ bias = true }: { readonly bias?: boolean } = {}): Operation {
  return {
    name: "dense",
    arity: { inputs: 1, parameters: bias ? 2 : 1 },
    outputShape([input], [weight, b]) {
      if (weight.length !== 2) {
        throw new InputError(`dense: expected weights of shape out×in, got ${describeShape(weight)}`);
      }
      const [out, width] = weight;
      if (input.length === 0 || input[input.length - 1] !== width) {
        throw new InputError(
          `dense: expected inputs with ${width} features on the last axis, got shape ${describeShape(input)}`,
        );
      }
      if (b && !sameShape(b, [out])) {
        throw new InputError(`dense: expected a bias of shape ${out}, got ${describeShape(b)}`);
      }
      return [...input.slice(0, -1), out];
    },
    bind: ([input], [weight], context) => denseRule(input, weight[0], bias, context),
  };
}

function denseRule(input: Shape, out: number, bias: boolean, { kernels, math }: BindContext): Rule {
  const width = input[input.length - 1];
  const positions = sizeOf(input) / width;
  const rows = (data: FloatArray, columns: number): Matrix<FloatArray> =>
    rowMajor(data.length / columns, columns, data);

  /** result ← x Wᵀ + beta·result. */
  const apply = (x: FloatArray, weight: FloatArray, beta: number, result: FloatArray) =>
    kernels.gemm(1, rows(x, width), transpose(rows(weight, width)), beta, rows(result, out));
  /** target ← ȳ W + beta·target. */
  const pull = (cotangent: FloatArray, weight: FloatArray, beta: number, target: FloatArray) =>
    kernels.gemm(1, rows(cotangent, out), rows(weight, width), beta, rows(target, width));
  /** gradient ← gradient + scale·ȳᵀx. */
  const outer = (scale: number, cotangent: FloatArray, x: FloatArray, gradient: FloatArray) =>
    kernels.gemm(scale, transpose(rows(cotangent, out)), rows(x, width), 1, rows(gradient, width));

  const weightShare: OuterShare = {
    kind: "outer",
    groups: 1,
    positions,
    left: width,
    right: out,
    leftFactors: (point) => point.inputs[0],
    rightFactors: cotangentItself,
  };
  return {
    forward({ inputs: [x], parameters: [weight, b], output }) {
      apply(x, weight, 0, output);
      if (bias) math.addToRows(b, output);
    },
    jvp({ inputs: [x], parameters: [weight] }, tangents, result) {
      const [input] = tangents.inputs;
      const along = tangents.parameters;
      if (input) apply(input, weight, 0, result);
      if (along) apply(x, along[0], input ? 1 : 0, result);
      if (along && bias) math.addToRows(along[1], result);
    },
    vjp({ parameters: [weight] }, cotangent, [target]) {
      if (target) pull(cotangent, weight, 0, target);
    },
    affine: true,
    parameterVjp({ inputs: [x] }, cotangent, scale, gradients) {
      outer(scale, cotangent, x, gradients[0]);
      if (bias) math.sumRows(scale, cotangent, gradients[1]);
    },
    curvature(_, { parameters: along }, cotangent, [target]) {
      if (target && along) pull(cotangent, along[0], 1, target);
    },
    parameterCurvature(_, { inputs: [input] }, cotangent, scale, gradients) {
      if (input) outer(scale, cotangent, input, gradients[0]);
    },
    shares: bias ? [weightShare, biasShare(positions, out)] : [weightShare],
  };
}
