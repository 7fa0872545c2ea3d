import type { FloatArray } from "../../../linalg/matrix.ts";
import type { Operation } from "../operation.ts";
import { sizeOf } from "../shape.ts";
import { broadcastPlaces, broadcastSums } from "./broadcast.ts";
import { requireStretches } from "./requireShapes.ts";

/**
 * y = s ∘ x, of the input's shape, for a parameter s that broadcasts to it. `apply` throws an InputError where it does
 * not.
 */
export function scaleBy(): Operation {
  return {
    name: "scaleBy",
    arity: { inputs: 1, parameters: 1 },
    outputShape([input], [factor]) {
      requireStretches("scaleBy", factor, input);
      return input;
    },
    bind([input], [factor]) {
      const places = broadcastPlaces(factor, input);
      const sums = broadcastSums(factor, input);
      /** out ← s ∘ x + beta·out. */
      const scaled = (s: FloatArray, x: FloatArray, beta: 0 | 1, out: FloatArray) => {
        if (beta === 0) out.fill(0);
        for (let start = 0; start < out.length; start += places.length) {
          for (let i = 0; i < places.length; i++) out[start + i] += s[places[i]] * x[start + i];
        }
      };
      return {
        forward: ({ inputs: [x], parameters: [s], output }) => scaled(s, x, 0, output),
        jvp({ inputs: [x], parameters: [s] }, { inputs: [along], parameters }, out) {
          out.fill(0);
          if (along) scaled(s, along, 1, out);
          if (parameters) scaled(parameters[0], x, 1, out);
        },
        vjp({ parameters: [s] }, cotangent, [target]) {
          if (target) scaled(s, cotangent, 0, target);
        },
        parameterVjp: ({ inputs: [x] }, cotangent, scale, [gradient]) =>
          sums.total(scale, cotangent, x, gradient),
        curvature(_, { parameters }, cotangent, [target]) {
          if (target && parameters) scaled(parameters[0], cotangent, 1, target);
        },
        parameterCurvature(_, { inputs: [along] }, cotangent, scale, [gradient]) {
          if (along) sums.total(scale, cotangent, along, gradient);
        },
        shares: [
          {
            kind: "outer",
            groups: 1,
            positions: 1,
            left: 1,
            right: sizeOf(factor),
            rightFactors: ({ inputs: [x] }, cotangent, target) => sums.each(cotangent, x, target),
          },
        ],
      };
    },
  };
}
