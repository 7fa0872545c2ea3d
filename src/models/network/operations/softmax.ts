import type { FloatArray } from "../../../linalg/matrix.ts";
import type { Operation, Rule } from "../operation.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { requireAxes } from "./requireShapes.ts";

/**
 * y = exp(x)/Σ exp(x) along one axis, the last unless said, as PyTorch's Softmax; the output has the input's shape. An
 * entry of −∞ gets probability 0; where all are −∞, they get NaN. `apply` throws an InputError where the input lacks the
 * axis (no negative axes).
 */
export function softmax(axis?: number): Operation {
  const axisOf = (input: Shape) => axis ?? input.length - 1;
  return {
    name: "softmax",
    arity: { inputs: 1, parameters: 0 },
    outputShape([input]) {
      requireAxes("softmax", [axisOf(input)], input);
      return input;
    },
    bind: ([input]) => softmaxRule(input[axisOf(input)], sizeOf(input.slice(axisOf(input) + 1))),
  };
}

/** Along lines of `length` numbers that lie `stride` apart. */
function softmaxRule(length: number, stride: number): Rule {
  const block = length * stride;
  /** Calls `along` with the first place of every line. */
  const forEachLine = (values: FloatArray, along: (first: number) => void) => {
    for (let start = 0; start < values.length; start += block) {
      for (let first = start; first < start + stride; first++) along(first);
    }
  };
  /** Σ y_k v_k, the mean of v under the probabilities of a line. */
  const mean = (y: FloatArray, v: FloatArray, first: number) => {
    let sum = 0;
    for (let i = first; i < first + block; i += stride) sum += y[i] * v[i];
    return sum;
  };
  /** out ← (diag y − yyᵀ)v, the symmetric Jacobian times v. */
  const project = (y: FloatArray, v: FloatArray, out: FloatArray) =>
    forEachLine(y, (first) => {
      const centre = mean(y, v, first);
      for (let i = first; i < first + block; i += stride) out[i] = y[i] * (v[i] - centre);
    });
  return {
    forward({ inputs: [x], output: y }) {
      forEachLine(x, (first) => {
        let largest = Number.NEGATIVE_INFINITY;
        for (let i = first; i < first + block; i += stride) if (x[i] > largest) largest = x[i];
        let sum = 0;
        for (let i = first; i < first + block; i += stride) {
          const value = Math.exp(x[i] - largest);
          y[i] = value;
          sum += value;
        }
        for (let i = first; i < first + block; i += stride) y[i] /= sum;
      });
    },
    jvp({ output: y }, { inputs: [along] }, out) {
      if (along) project(y, along, out);
    },
    vjp({ output: y }, cotangent, [target]) {
      if (target) project(y, cotangent, target);
    },
    // d/dt y∘(ȳ − yᵀȳ) = ẏ∘(ȳ − yᵀȳ) − y·ẏᵀȳ with ẏ = y∘(ẋ − yᵀẋ)
    curvature({ output: y }, { inputs: [along] }, cotangent, [target]) {
      if (!target || !along) return;
      forEachLine(y, (first) => {
        const rise = mean(y, along, first);
        const centre = mean(y, cotangent, first);
        let change = 0;
        for (let i = first; i < first + block; i += stride) {
          change += y[i] * (along[i] - rise) * (cotangent[i] - centre);
        }
        for (let i = first; i < first + block; i += stride) {
          target[i] += y[i] * ((along[i] - rise) * (cotangent[i] - centre) - change);
        }
      });
    },
  };
}
