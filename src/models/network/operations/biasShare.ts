import type { FloatArray } from "../../../linalg/matrix.ts";
import type { OuterShare, Point } from "../operation.ts";

/** Right factors that are the cotangents themselves: one function, so that the Gram matrix sees which parameters share them. */
export function cotangentItself(_: Point, cotangent: FloatArray): FloatArray {
  return cotangent;
}

/** The share of numbers that are added at every one of `positions` places: Σ_t ȳ_t, for cotangents of positions×size. */
export function biasShare(positions: number, size: number): OuterShare {
  return {
    kind: "outer",
    groups: 1,
    positions,
    left: 1,
    right: size,
    rightFactors: cotangentItself,
  };
}
