import { isDefined } from "../../../../src/geometry/undefined.ts";
import type { HeatMapData } from "../../figures/heatMap.ts";
import type { Settings } from "./fields.ts";
import type { Look } from "./look.ts";
import { perOutput } from "./perOutput.ts";

/** Σ and 2L·G in the eigenvectors of G, on one colour scale. */
export function maps(look: Look, scale: Settings["scale"]): readonly [HeatMapData, HeatMapData] | undefined {
  if (!isDefined(look.matrix) || look.directions === 0) return undefined;
  const { times, geometry } = perOutput(look.outputs);
  const size = look.directions;
  const root = (k: number) =>
    scale === "relative" ? 1 : Math.sqrt(look.eigenvalues[k] / look.eigenvalues[0]);
  const noise = look.matrix.map((value, at) => times * value * root(Math.floor(at / size)) * root(at % size));
  const diagonal = new Float64Array(size * size);
  for (let k = 0; k < size; k++) diagonal[k * (size + 1)] = root(k) ** 2;
  const largest = noise.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const shared = {
    rows: size,
    columns: size,
    // scales that move with every sample cannot be compared: steps of a half
    limit: Math.ceil(2 * largest) / 2,
    rowLabel: "eigenvector k of G",
    columnLabel: "eigenvector l of G",
  };
  const factor = geometry.replace("·G", "");
  const unit = scale === "relative" ? `relative to ${factor}·√(λ_k λ_l)` : `in units of ${factor}·λ_1`;
  return [
    {
      ...shared,
      id: "noise-covariance",
      title: "Noise covariance Σ",
      values: noise,
      valueLabel: `v_kᵀ Σ v_l ${unit}`,
    },
    {
      ...shared,
      id: "gauss-newton",
      title: geometry,
      values: diagonal,
      valueLabel: `${factor}·v_kᵀ G v_l ${unit}`,
    },
  ];
}
