import { matrix } from "../../linalg/matrix.ts";
import { type OverparametrisedLinear, requireCount } from "./family.ts";

/**
 * F(θ) = θ, p = d: the linear model as a member of the family (docs/theory.md §3), DF DFᵀ = I. `initialize` draws
 * θ_k ~ N(0, 1/d). Throws a RangeError unless d is an integer of at least 1.
 */
export function linear(dimension: number): OverparametrisedLinear {
  requireCount("dimension", dimension);
  return {
    name: `linear ${dimension}`,
    dimension,
    parameters: dimension,
    initialize: (stream) => stream.gaussians(new Float64Array(dimension), dimension ** -0.5),
    effective: (theta) => theta.slice(),
    pushforward: (_, direction) => direction.slice(),
    pullback: (_, covector) => covector.slice(),
    metric() {
      const metric = matrix(dimension, dimension);
      for (let k = 0; k < dimension; k++) metric.data[k * (dimension + 1)] = 1;
      return metric;
    },
  };
}
