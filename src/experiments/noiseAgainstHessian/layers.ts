import type { SymmetricOperator } from "../../linalg/symmetricOperator.ts";
import type { Graph } from "../../models/network/graph.ts";
import { sizeOf } from "../../models/network/shape.ts";
import type { RandomStream } from "../../random/stream.ts";

interface Part {
  readonly first: number;
  readonly end: number;
}

/** Where the parameters of each layer stand in θ: weight and bias of "conv1" together. */
export function layerParts(graph: Graph): readonly Part[] {
  const parts = new Map<string, Part>();
  let first = 0;
  for (const { name, shape } of graph.parameters) {
    const layer = name.slice(0, Math.max(name.lastIndexOf("."), 0));
    const end = first + sizeOf(shape);
    parts.set(layer, { first: parts.get(layer)?.first ?? first, end });
    first = end;
  }
  return [...parts.values()];
}

/**
 * Share of ‖A‖_F² in the blocks of each layer with itself: Σ_ℓ ‖P_ℓAP_ℓξ‖²/Σ_ℓ ‖AP_ℓξ‖² with Gaussian ξ, one product a layer and
 * probe. 0 for A = H − G of a network that is piecewise linear in each layer's parameters, to rounding. `undefined` where A is 0.
 */
export async function shareWithin(
  operator: SymmetricOperator,
  parts: readonly Part[],
  { probes, stream }: { readonly probes: number; readonly stream: RandomStream },
): Promise<number | undefined> {
  let [within, all] = [0, 0];
  for (let probe = 0; probe < probes; probe++) {
    const draw = stream.gaussians(new Float64Array(operator.size));
    for (const { first, end } of parts) {
      const own = draw.map((value, k) => (k >= first && k < end ? value : 0));
      for (const [k, value] of (await operator.apply(own)).entries()) {
        all += value * value;
        if (k >= first && k < end) within += value * value;
      }
    }
  }
  return all === 0 ? undefined : within / all;
}
