import { flatOverSharp, sum } from "../../dynamics/lossShares.ts";
import { isDefined } from "../../geometry/undefined.ts";
import type { Row } from "../experiment.ts";
import { counts, groupsOfDirections, outside } from "./setting.ts";

/** Of a mean over runs, or of one. */
export interface Carried {
  /** λ_k E w_k², twice the quadratic loss by eigen-direction of G at θ*, sharpest first. */
  readonly loss: Float64Array;
  /** E (w_k − w*_k)², the squared displacement from θ* by eigen-direction. */
  readonly displacement: Float64Array;
  /** E‖θ − θ*‖², with what lies outside the range of G. */
  readonly squared: number;
}

/** One row a group of directions: its share of the quadratic loss and of the squared displacement. */
export function shareRows({ loss, displacement, squared }: Carried): readonly Row[] {
  const total = sum(loss);
  const rank = loss.length;
  const rows = groupsOfDirections
    .filter(({ first }) => first <= loss.length)
    .map(({ group, first, last }) => {
      const within = (values: Float64Array) => sum(values.subarray(first - 1, Math.min(last, values.length)));
      return { group, rank, loss: within(loss) / total, displacement: within(displacement) / squared };
    });
  // rounding must not make it negative
  return [
    ...rows,
    { group: outside, rank, loss: 0, displacement: Math.max(0, 1 - sum(displacement) / squared) },
  ];
}

/** The sharpest directions' share of the loss below which their D_k is one of rounding. */
const rounding = 1e-9;

/** flat1, flat5, …: D_k of the quadratic loss; null where the k sharpest directions have next to nothing of it. */
export function flatFields({ loss }: Pick<Carried, "loss">, prefix = "flat"): Row {
  return Object.fromEntries(
    counts
      .filter((k) => k < loss.length)
      .map((k) => {
        const ratio = flatOverSharp(loss, k);
        return [`${prefix}${k}`, isDefined(ratio) && ratio * rounding < 1 ? ratio : null];
      }),
  );
}

/** The k for which there is a D_k in all networks, by the rows of their starts. */
export function countsIn(starts: readonly Row[]): readonly number[] {
  return counts.filter((k) => starts.every(({ [`bound${k}`]: bound }) => typeof bound === "number"));
}

/** From one displacement: w in the eigenbasis, w of θ*, and ‖θ − θ*‖². */
export function carriedBy(
  eigenvalues: Float64Array,
  w: Float64Array,
  start: Float64Array,
  squared: number,
): Carried {
  return {
    loss: lossParts(eigenvalues, w),
    displacement: w.map((value, k) => (value - start[k]) ** 2),
    squared,
  };
}

/** λ_k w_k², twice the quadratic loss by direction. */
export function lossParts(eigenvalues: Float64Array, w: Float64Array): Float64Array {
  return eigenvalues.map((eigenvalue, k) => eigenvalue * w[k] ** 2);
}

/** ‖a − b‖². */
export function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += (a[k] - b[k]) ** 2;
  return total;
}
