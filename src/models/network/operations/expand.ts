import { InputError } from "../../../inputError.ts";
import type { FloatArray } from "../../../linalg/matrix.ts";
import type { Operation } from "../operation.ts";
import { describeShape, type Shape } from "../shape.ts";
import { broadcastPlaces, broadcastSums, stretchesTo } from "./broadcast.ts";

/**
 * The input repeated along axes that it lacks or has with length 1, to this shape, as NumPy's broadcasting does and
 * torch.broadcast_to. `apply` throws an InputError where the input does not broadcast to it.
 */
export function expand(shape: Shape): Operation {
  return {
    name: "expand",
    arity: { inputs: 1, parameters: 0 },
    outputShape([input]) {
      if (input.length > shape.length || !stretchesTo(input, shape)) {
        throw new InputError(
          `expand: expected an input that broadcasts to ${describeShape(shape)}, got shape ${describeShape(input)}`,
        );
      }
      return shape;
    },
    bind([input]) {
      const places = broadcastPlaces(input, shape);
      const sums = broadcastSums(input, shape);
      const repeat = (x: FloatArray, out: FloatArray) => {
        const size = (x.length * places.length) / out.length;
        for (let from = 0, to = 0; from < x.length; from += size, to += places.length) {
          for (let i = 0; i < places.length; i++) out[to + i] = x[from + places[i]];
        }
      };
      return {
        forward: ({ inputs: [x], output }) => repeat(x, output),
        jvp(_, { inputs: [along] }, out) {
          if (along) repeat(along, out);
        },
        vjp(_, cotangent, [target]) {
          if (target) sums.each(cotangent, undefined, target);
        },
      };
    },
  };
}
