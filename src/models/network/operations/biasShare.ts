import type { OuterShare } from "../operation.ts";

/** The share of numbers that are added at every one of `positions` places: Σ_t ȳ_t, for cotangents of positions×size. */
export function biasShare(positions: number, size: number): OuterShare {
  return {
    kind: "outer",
    groups: 1,
    positions,
    left: 1,
    right: size,
    rightFactors: (_, cotangent) => cotangent,
  };
}
