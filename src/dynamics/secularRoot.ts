/**
 * The largest root δ ≥ 0 of Σ_i w_i/(δ + g_i) = 1 for weights w_i ≥ 0 and gaps g_i ≥ 0, or 0 where there is none.
 *
 * h(δ) = 1/Σ w_i/(δ + g_i) is concave and rises from 0 or more, so Newton's method on h = 1 from any point to the left of the
 * root goes up to it without a step back; all sums are of positive terms, so δ has full relative precision.
 */
export function secularRoot(weights: Float64Array, gaps: Float64Array): number {
  // what stands over the smallest gap alone is a first lower bound
  let delta = 0;
  for (let i = 0; i < weights.length; i++) if (gaps[i] === 0) delta += weights[i];
  for (;;) {
    let value = 0;
    let slope = 0;
    for (let i = 0; i < weights.length; i++) {
      if (weights[i] === 0) continue;
      const part = weights[i] / (delta + gaps[i]);
      value += part;
      slope += part / (delta + gaps[i]);
    }
    // h = 1/value, h' = slope/value²
    const next = delta + (value * (value - 1)) / slope;
    if (!(next > delta * (1 + Number.EPSILON))) return delta;
    delta = next;
  }
}
