import type { ScalarFunction } from "../../../linalg/vectorMath.ts";
import type { Operation } from "../operation.ts";

/**
 * y = σ(x), element by element, for an input of any shape: `relu` makes it PyTorch's ReLU, `geluTanh` its
 * GELU(approximate="tanh").
 */
export function activation(f: ScalarFunction): Operation {
  return {
    name: f.kind,
    arity: { inputs: 1, parameters: 0 },
    outputShape: ([input]) => input,
    bind: (_inputs, _parameters, { math }) => ({
      forward: ({ inputs: [x], output }) => math.map(f, x, output),
      jvp({ inputs: [x] }, { inputs: [input] }, out) {
        if (input) math.mapDerivative(f, x, input, out);
      },
      vjp({ inputs: [x] }, cotangent, [target]) {
        if (target) math.mapDerivative(f, x, cotangent, target);
      },
      curvature({ inputs: [x] }, { inputs: [input] }, cotangent, [target]) {
        if (target && input) math.mapSecondDerivative(f, x, input, cotangent, target);
      },
    }),
  };
}
