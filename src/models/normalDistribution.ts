/**
 * The standard Gaussian's density and distribution function, to double precision; JavaScript has no erf.
 */

/** φ(z) = e^{−z²/2}/√(2π). */
export function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

/**
 * Φ(z) = ∫_{−∞}^z φ, relative error below 10⁻¹³ for every z above −37, where Φ leaves the normal doubles. From
 * Φ(z) − ½ = φ(z)(z + z³/3 + z⁵/(3·5) + …), whose terms share a sign, and for the tails from
 * Φ(−z) = φ(z)/(z + 1/(z + 2/(z + 3/…))) (DLMF 7.6.2 and 7.9.3, written for Φ).
 */
export function normalCdf(z: number): number {
  if (z < -seriesEnd) return lowerTail(-z);
  if (z > seriesEnd) return 1 - lowerTail(z);
  let term = z;
  let sum = z;
  for (let odd = 3; Math.abs(term) > Number.EPSILON * 0.1 * Math.abs(sum); odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return 0.5 + normalDensity(z) * sum;
}

/** Where the series still leaves twelve digits of Φ(−z) and the fraction needs few terms. */
const seriesEnd = 2.5;
const fractionTerms = 60;

function lowerTail(z: number): number {
  let denominator = z;
  for (let k = fractionTerms; k >= 1; k--) denominator = z + k / denominator;
  return normalDensity(z) / denominator;
}
