import type { VectorMath } from "../../../linalg/vectorMath.ts";
import type { ExplicitShare } from "../operation.ts";

/** The share of one number a channel that is added to all `positions` of it, for cotangents of channels×positions. */
export function channelSumShare(positions: number, math: VectorMath): ExplicitShare {
  return {
    kind: "explicit",
    sampleGradients(_, cotangent, target) {
      target.fill(0);
      math.sumColumns(positions, 1, cotangent, target);
    },
  };
}
