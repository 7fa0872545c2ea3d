import { fromRows } from "../../src/linalg/matrix.ts";
import type { SampledGramLinearization } from "../../src/models/linearization.ts";
import { dot } from "./explicitGeometry.ts";
import { gramOf, type Problem } from "./problems.ts";

/** The linearization of an explicit Jacobian, by plain loops. */
export function jacobianLinearization({ jacobian, residuals, outputs }: Problem): SampledGramLinearization {
  const parameters = jacobian[0].length;
  const rowsOf = (samples: Int32Array) =>
    Array.from(samples, (i) => jacobian.slice(i * outputs, (i + 1) * outputs)).flat();
  return {
    samples: residuals.length / outputs,
    outputs,
    parameters,
    residuals,
    jvp: (v) => Float64Array.from(jacobian, (row) => dot(row, v)),
    vjp(u) {
      const sum = new Float64Array(parameters);
      for (const [k, row] of jacobian.entries())
        for (const [a, value] of row.entries()) sum[a] += u[k] * value;
      return sum;
    },
    gram: () => gramOf(jacobian),
    gramOf: (samples) => gramOf(rowsOf(samples)),
    gramBetween(rows, columns) {
      const others = rowsOf(columns);
      return fromRows(rowsOf(rows).map((row) => others.map((other) => dot(row, other))));
    },
  };
}
