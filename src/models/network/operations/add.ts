import type { Operation } from "../operation.ts";
import { requireSameShape } from "./requireShapes.ts";

/** y = a + b for two inputs of one shape, which `expand` can give them. `apply` throws an InputError where they differ. */
export function add(): Operation {
  return {
    name: "add",
    arity: { inputs: 2, parameters: 0 },
    outputShape: (inputs) => requireSameShape("add", inputs),
    bind: (_inputs, _parameters, { math }) => ({
      forward({ inputs: [a, b], output }) {
        output.set(a);
        math.axpy(1, b, output);
      },
      jvp(_, { inputs: [a, b] }, out) {
        if (a) out.set(a);
        else out.fill(0);
        if (b) math.axpy(1, b, out);
      },
      vjp(_, cotangent, targets) {
        for (const target of targets) target?.set(cotangent);
      },
      affine: true,
    }),
  };
}
