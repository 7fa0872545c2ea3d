/**
 * The ziggurat of the Gaussian: 256 layers of equal area that cover e^{−x²/2}, x ≥ 0 (Marsaglia, Tsang, "The ziggurat
 * method for generating random variables", J. Stat. Softw. 2000; with separate bits for layer and abscissa, which
 * the original lacks: Doornik 2005). Exact in distribution, tail included, up to the 53 bits of the abscissa.
 *
 * Layer i ≥ 1 is the rectangle [0, x_i] × [f(x_i), f(x_{i+1})]; layer 0 is the strip under f(x_1) with the tail
 * beyond x_1, as wide as a rectangle of the same area.
 */

export const layers = 256;

/** x_1, where the tail begins, and the area of a layer, x_1 f(x_1) + ∫_{x_1}^∞ f, for 256 layers. */
export const tailStart = 3.6541528853610088;
export const layerArea = 0.004928673233974655;

const density = (x: number): number => Math.exp(-0.5 * x * x);

/** x_0 … x_256, descending: x_0 the width that stands for layer 0, x_256 = 0. */
export const edges: Float64Array = (() => {
  const x = new Float64Array(layers + 1);
  x[0] = layerArea / density(tailStart);
  x[1] = tailStart;
  for (let i = 1; i < layers - 1; i++) x[i + 1] = Math.sqrt(-2 * Math.log(density(x[i]) + layerArea / x[i]));
  return x;
})();

/** f(x_0) … f(x_256). */
export const heights: Float64Array = edges.map(density);

/** Width per unit of a 53-bit integer: layer i at i, and negated at i + 256, so that one look-up settles the sign too. */
export const signedUnits: Float64Array = Float64Array.from(
  { length: 2 * layers },
  (_, i) => (i < layers ? edges[i] : -edges[i - layers]) * 2 ** -53,
);

/** A 53-bit integer below this lies in layer i at an abscissa that layer i + 1 has too, so under the curve. */
export const surelyUnder: Float64Array = Float64Array.from({ length: layers }, (_, i) =>
  Math.floor((edges[i + 1] / edges[i]) * 2 ** 53),
);

/** A Gaussian given that it exceeds `tailStart` (Marsaglia 1964). */
export function tail(uniform: () => number): number {
  for (;;) {
    const excess = -Math.log(uniform()) / tailStart;
    if (-2 * Math.log(uniform()) > excess * excess) return tailStart + excess;
  }
}
