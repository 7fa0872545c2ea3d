import type { Undefined } from "../geometry/undefined.ts";
import { dot } from "../linalg/dot.ts";
import { norm } from "../linalg/orthonormalBasis.ts";
import { anchoredSpace } from "./anchoredSpace.ts";
import { andersonMixing } from "./andersonMixing.ts";
import { type FormImage, type FormMaps, formMaps } from "./formMap.ts";
import { type SpectralOptions, tooLarge } from "./leadingMatrix.ts";
import type { ReducedProblem } from "./reducedProblem.ts";

/** ‖N w − w‖ below which float32 leads no further. */
const singleFloor = 2e-6;
/** Steps in float32 without a smaller ‖N w − w‖ after which float64 takes over. */
const patience = 3;
/** What 1 less the diagonal of N(x) is taken to be at least, where one sample makes most of an eigenvector. */
const leastGap = 0.5;
/** Part of the tolerance by which the value may lag behind the Ritz pair's: another anchor brings it there. */
const lag = 0.05;

/** λ* = λ_max(C^(−½)DC^(−½))/λ₁: what stands for λ₁ under noise. */
export interface NoisyCurvature {
  /** A Rayleigh quotient ⟨M, DM⟩/⟨M, CM⟩ in float64, hence never above λ*. */
  readonly value: number;
  /** An eigenvalue of C^(−½)DC^(−½)/λ₁ lies within it of `value`. */
  readonly residual: number;
  /** residual ≤ tolerance·value. */
  readonly converged: boolean;
  /** ⟨M, GMG⟩/⟨M, CM⟩: what `value` would be at this M were there no noise. */
  readonly drift: number;
  /** Applications of N. */
  readonly products: number;
}

/** Where the two parts of the search meet: unit forms w, and a Rayleigh quotient x. */
interface Approximation {
  readonly vector: Float64Array;
  readonly x: number;
  readonly products: number;
  /** 1/(1 − diag N(x)): what takes N w − w about to where w ought to go. */
  readonly steps: Float64Array;
}

/**
 * λ* for noise of strength c in (0, 1] and a rank of at least 1; undefined where that is over 4,096. λ* is where the largest
 * eigenvalue f(x) of N(x) is 1 (docs/theory.md §10): steps in float32 come close to its w, and those in float64 with corrections in
 * float32 settle it. At least one product is in float64. Throws the signal's reason.
 */
export async function noisyCurvature(
  problem: ReducedProblem,
  noise: number,
  options: SpectralOptions,
): Promise<NoisyCurvature | Undefined> {
  const large = tooLarge(problem.rank);
  if (large) return large;
  const maps = formMaps(problem, noise, options.kernels);
  return settle(maps, noise, await approach(maps, options), options);
}

/**
 * w ← w + (1 − diag N)^(−1)(N(x)w − w), N w scaled to ⟨w, N w⟩ = 1, with Anderson's acceleration and x the Rayleigh quotient at
 * hand, from w = I, in float32: Jacobi's iteration for (1 − N)w = 0 (docs/theory.md §10).
 */
async function approach(
  maps: FormMaps,
  { kernels, signal, tolerance = 1e-11, maxProducts = 300 }: SpectralOptions,
): Promise<Approximation> {
  const mixing = andersonMixing(maps.size, kernels);
  let vector = maps.identity;
  let x = Math.max(1, maps.ofIdentity(1).quotient);
  const steps = (await maps.diagonal(x)).map((entry) => 1 / Math.max(leastGap, 1 - entry));
  let step: FormImage = maps.ofIdentity(x);
  let least = Infinity;
  let waited = 0;
  for (let products = 0; ; products++) {
    const length = dot(vector, step.image);
    const image = step.image.map((entry) => entry / length);
    const rest = distance(image, vector);
    const target = vector.map((entry, i) => entry + steps[i] * (image[i] - entry));
    vector = unit(mixing.next(vector, target));
    x = Math.max(1, step.quotient);
    waited = rest < least ? 0 : waited + 1;
    least = Math.min(least, rest);
    const near = rest <= Math.max(singleFloor, 2 * tolerance);
    if (near || waited === patience || products + 1 >= maxProducts) return { vector, x, products, steps };
    signal?.throwIfAborted();
    step = await maps.single.apply(vector, x);
  }
}

/**
 * At fixed x, where the anchor w has ⟨w, N(x)w⟩ = 1, the largest Ritz pair of N(x) in a space whose first vector is the anchor,
 * imaged in float64: its Rayleigh quotient is the value, which the Ritz pair shows to be near λ*. Where it is not near enough, the
 * Ritz vector becomes the next anchor, with Newton's step on 1/f. Directions are Davidson's (1975).
 */
async function settle(
  maps: FormMaps,
  noise: number,
  start: Approximation,
  { kernels, signal, tolerance = 1e-11, maxProducts = 300 }: SpectralOptions,
): Promise<NoisyCurvature> {
  const { steps } = start;
  let { vector, x, products } = start;
  let corrections = maps.single;
  let before = Infinity;
  for (;;) {
    signal?.throwIfAborted();
    const { image, weight, drift, quotient, ...anchor } = await maps.double.applyAtRoot(vector, x);
    x = anchor.x;
    products++;
    const space = anchoredSpace(vector, image, kernels);
    let residual = Infinity;
    for (;;) {
      const pair = space.leading();
      const rest = norm(pair.rest);
      const rounding = corrections.rounding * pair.value * pair.correction;
      const offset = pair.value - 1;
      const newton = x + (pair.value * offset) / weight;
      const behind = Math.abs(newton - quotient);
      // (D − xC)M = A*(N w − w), and ‖C^(−½)A*(v)‖² ≤ (n/c)·x·f·‖v‖²
      const ofVector = Math.sqrt((x * pair.value) / weight) * (rest + rounding);
      // of ‖C^(½)M‖ at the anchor at least this part is left
      const left = 1 - pair.correction * Math.sqrt(x / (x - 1 + noise));
      if (left > 0.5) {
        residual = (ofVector + (1 - noise) * Math.abs(offset) + behind) / left;
      }
      const converged = residual <= tolerance * quotient && behind <= lag * tolerance * quotient;
      if (converged || products >= maxProducts) {
        return { value: quotient, residual, converged, drift: drift / weight, products };
      }
      const exhausted = rest <= Math.max(2 * rounding, 0.1 * Math.abs(offset));
      const enough = exhausted || 2 * ofVector <= tolerance * quotient || space.full;
      const direction = enough ? undefined : space.orthogonal(multiplied(pair.rest, steps));
      if (!direction) {
        vector = unit(pair.image);
        x = Math.max(1, newton);
        // eigenvalues too close together for float32 to tell them apart
        if (residual > 0.1 * before) corrections = maps.double;
        before = residual;
        break;
      }
      signal?.throwIfAborted();
      space.extend(direction, (await corrections.apply(direction, x)).image);
      products++;
    }
  }
}

/** v/‖v‖. */
function unit(v: Float64Array): Float64Array {
  const length = norm(v);
  return v.map((entry) => entry / length);
}

/** v ∘ w */
function multiplied(v: Float64Array, w: Float64Array): Float64Array {
  return v.map((entry, i) => entry * w[i]);
}

/** ‖v − w‖ */
function distance(v: Float64Array, w: Float64Array): number {
  return Math.sqrt(v.reduce((sum, entry, i) => sum + (entry - w[i]) ** 2, 0));
}
