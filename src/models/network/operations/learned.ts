import type { Operation } from "../operation.ts";
import { sizeOf } from "../shape.ts";

/**
 * A parameter as a value of its own, of its shape and the same for every sample, as an nn.Parameter in a `forward`: what
 * no input is needed for, such as a class token.
 */
export function learned(): Operation {
  return {
    name: "learned",
    arity: { inputs: 0, parameters: 1 },
    outputShape: (_, [parameter]) => parameter,
    bind(_, [parameter]) {
      const size = sizeOf(parameter);
      const sums = new Float64Array(size);
      return {
        forward({ parameters: [value], output }) {
          for (let start = 0; start < output.length; start += size) output.set(value, start);
        },
        jvp(_, { parameters }, out) {
          if (!parameters) out.fill(0);
          else for (let start = 0; start < out.length; start += size) out.set(parameters[0], start);
        },
        vjp() {},
        parameterVjp(_, cotangent, scale, [gradient]) {
          sums.fill(0);
          for (let start = 0; start < cotangent.length; start += size) {
            for (let i = 0; i < size; i++) sums[i] += cotangent[start + i];
          }
          for (let i = 0; i < size; i++) gradient[i] += scale * sums[i];
        },
        shares: [
          {
            kind: "outer",
            groups: 1,
            positions: 1,
            left: 1,
            right: size,
            rightFactors: (_, cotangent) => cotangent,
          },
        ],
      };
    },
  };
}
