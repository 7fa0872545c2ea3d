import type { ScalarFunction } from "../../../linalg/vectorMath.ts";

/**
 * (E σ(z)²)^{−1/2} for z ~ N(0,1): what a layer behind σ multiplies by so that its outputs have second moment 1 where
 * those before σ had. √2 for ReLU, 1 for the identity.
 *
 * By the trapezoid rule on [−12, 12]: exact to rounding for smooth σ, and for kinks at 0, where a node lies.
 */
export function gainOf(f: ScalarFunction): number {
  const step = 2 ** -6;
  const last = 12 / step;
  let moment = 0;
  let total = 0;
  for (let k = -last; k <= last; k++) {
    const density = Math.exp(-0.5 * (k * step) ** 2);
    moment += density * f.value(k * step) ** 2;
    total += density;
  }
  return Math.sqrt(total / moment);
}
