import type { Operation } from "../operation.ts";
import { requireSameShape } from "./requireShapes.ts";

/** y = a ∘ b for two inputs of one shape, which `expand` can give them. `apply` throws an InputError where they differ. */
export function multiply(): Operation {
  return {
    name: "multiply",
    arity: { inputs: 2, parameters: 0 },
    outputShape: (inputs) => requireSameShape("multiply", inputs),
    bind: (_inputs, _parameters, { math }) => ({
      forward: ({ inputs: [a, b], output }) => math.multiply(a, b, output),
      jvp({ inputs: [a, b] }, { inputs: [alongA, alongB] }, out) {
        if (alongA) math.multiply(alongA, b, out);
        else out.fill(0);
        if (alongB) math.multiplyAdd(1, a, alongB, out);
      },
      vjp({ inputs: [a, b] }, cotangent, [targetA, targetB]) {
        if (targetA) math.multiply(cotangent, b, targetA);
        if (targetB) math.multiply(cotangent, a, targetB);
      },
      curvature(_, { inputs: [alongA, alongB] }, cotangent, [targetA, targetB]) {
        if (targetA && alongB) math.multiplyAdd(1, cotangent, alongB, targetA);
        if (targetB && alongA) math.multiplyAdd(1, cotangent, alongA, targetB);
      },
    }),
  };
}
