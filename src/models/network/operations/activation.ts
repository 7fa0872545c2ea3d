import type { FloatArray } from "../../../linalg/matrix.ts";
import type { ScalarFunction } from "../../../linalg/vectorMath.ts";
import type { BindContext, Operation, Rule } from "../operation.ts";
import { sizeOf } from "../shape.ts";

/**
 * y = σ(x), element by element, for an input of any shape: `relu` makes it PyTorch's ReLU, `geluTanh` its
 * GELU(approximate="tanh").
 */
export function activation(f: ScalarFunction): Operation {
  return {
    name: f.kind,
    arity: { inputs: 1, parameters: 0 },
    outputShape: ([input]) => input,
    bind: ([input], _parameters, context) => ({
      ...(f.piecewiseLinear ? slopesAsNeeded(f, context) : slopesKept(f, sizeOf(input), context)),
      curvature({ inputs: [x] }, { inputs: [input] }, cotangent, [target]) {
        if (target && input) context.math.mapSecondDerivative(f, x, input, cotangent, target);
      },
    }),
  };
}

type FirstOrder = Pick<Rule, "forward" | "jvp" | "vjp">;

function slopesAsNeeded(f: ScalarFunction, { math }: BindContext): FirstOrder {
  return {
    forward: ({ inputs: [x], output }) => math.map(f, x, output),
    jvp({ inputs: [x] }, { inputs: [input] }, out) {
      if (input) math.mapDerivative(f, x, input, out);
    },
    vjp({ inputs: [x] }, cotangent, [target]) {
      if (target) math.mapDerivative(f, x, cotangent, target);
    },
  };
}

/** σ'(x) comes with σ(x) and serves every sweep at the point: by itself it takes as long as σ. */
function slopesKept(f: ScalarFunction, size: number, { math, precision, capacity }: BindContext): FirstOrder {
  const whole = math.allocate(precision, capacity * size);
  let slopes: FloatArray = whole;
  return {
    forward({ inputs: [x], output }) {
      if (slopes.length !== x.length) slopes = whole.subarray(0, x.length);
      math.mapWithSlopes(f, x, output, slopes);
    },
    jvp(_, { inputs: [input] }, out) {
      if (input) math.multiply(slopes, input, out);
    },
    vjp(_, cotangent, [target]) {
      if (target) math.multiply(slopes, cotangent, target);
    },
  };
}
