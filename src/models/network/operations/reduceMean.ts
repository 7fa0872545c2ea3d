import type { FloatArray } from "../../../linalg/matrix.ts";
import type { Operation } from "../operation.ts";
import { sizeOf } from "../shape.ts";
import { broadcastPlaces } from "./broadcast.ts";
import { requireAxes } from "./requireShapes.ts";

/**
 * The mean over these axes, which the output lacks, as torch.mean. `apply` throws an InputError where the input lacks one
 * (no negative axes) or one is named twice.
 */
export function reduceMean(axes: readonly number[]): Operation {
  return {
    name: "reduceMean",
    arity: { inputs: 1, parameters: 0 },
    outputShape([input]) {
      requireAxes("reduceMean", axes, input);
      return input.filter((_, axis) => !axes.includes(axis));
    },
    bind([input]) {
      const kept = input.map((length, axis) => (axes.includes(axis) ? 1 : length));
      const places = broadcastPlaces(kept, input);
      const sums = new Float64Array(sizeOf(kept));
      const share = sums.length / places.length;
      const average = (x: FloatArray, out: FloatArray) => {
        for (let start = 0, to = 0; start < x.length; start += places.length, to += sums.length) {
          sums.fill(0);
          for (let i = 0; i < places.length; i++) sums[places[i]] += x[start + i];
          for (let k = 0; k < sums.length; k++) out[to + k] = share * sums[k];
        }
      };
      return {
        forward: ({ inputs: [x], output }) => average(x, output),
        jvp(_, { inputs: [along] }, out) {
          if (along) average(along, out);
        },
        vjp(_, cotangent, [target]) {
          if (!target) return;
          for (let start = 0, from = 0; start < target.length; start += places.length, from += sums.length) {
            for (let i = 0; i < places.length; i++) target[start + i] = share * cotangent[from + places[i]];
          }
        },
      };
    },
  };
}
