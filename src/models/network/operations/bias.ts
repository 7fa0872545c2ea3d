import type { FloatArray } from "../../../linalg/matrix.ts";
import type { Operation } from "../operation.ts";
import { sizeOf } from "../shape.ts";
import { broadcastPlaces, broadcastSums } from "./broadcast.ts";
import { requireStretches } from "./requireShapes.ts";

/**
 * y = x + b, of the input's shape, for a parameter b that broadcasts to it. `apply` throws an InputError where it does
 * not.
 */
export function bias(): Operation {
  return {
    name: "bias",
    arity: { inputs: 1, parameters: 1 },
    outputShape([input], [b]) {
      requireStretches("bias", b, input);
      return input;
    },
    bind([input], [b]) {
      const places = broadcastPlaces(b, input);
      const sums = broadcastSums(b, input);
      const addTo = (out: FloatArray, term: FloatArray) => {
        for (let start = 0; start < out.length; start += places.length) {
          for (let i = 0; i < places.length; i++) out[start + i] += term[places[i]];
        }
      };
      return {
        forward({ inputs: [x], parameters: [term], output }) {
          output.set(x);
          addTo(output, term);
        },
        jvp(_, { inputs: [along], parameters }, out) {
          if (along) out.set(along);
          else out.fill(0);
          if (parameters) addTo(out, parameters[0]);
        },
        vjp: (_, cotangent, [target]) => target?.set(cotangent),
        parameterVjp: (_, cotangent, scale, [gradient]) => sums.total(scale, cotangent, undefined, gradient),
        shares: [
          {
            kind: "outer",
            groups: 1,
            positions: 1,
            left: 1,
            right: sizeOf(b),
            rightFactors: (_, cotangent, target) => sums.each(cotangent, undefined, target),
          },
        ],
      };
    },
  };
}
