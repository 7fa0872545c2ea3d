/**
 * z·Φ(z) from Φ(−t) = e^(−t²/2)·m(t), t = |z|, where m = Mills' ratio/√(2π) is a quotient of two polynomials with positive
 * coefficients, so that Φ(−t) keeps its relative precision and Φ(t) = 1 − Φ(−t) loses none.
 */
import { exponential, growth, halvings, liftedPower, remainder } from "./exponential";
import { add, all, atLeast, atMost, over, step, subtract, times, wherePositive } from "./lanes";

/** e^(−t²/2) is 0 from here on. */
// @ts-ignore: decorator
@inline
function end<T>(): f64 {
  return sizeof<T>() == 4 ? 14.5 : 38.7;
}

/** |z| cut off at `end`; NaN stays. */
// @ts-ignore: decorator
@inline
function size<T>(z: v128): v128 {
  return atMost<T>(v128.abs<T>(z), end<T>());
}

/** e^(−t²/2): t² from the upper half of t's digits is exact, the rest (t − upper)(t + upper) is added to the small remainder. */
// @ts-ignore: decorator
@inline
function bell<T>(t: v128): v128 {
  const upper = v128.and(t, sizeof<T>() == 4 ? i32x4.splat(0xfffff000) : i64x2.splat(0xfffffffff8000000));
  const rest = times<T>(subtract<T>(t, upper), add<T>(t, upper));
  const x = times<T>(times<T>(upper, upper), all<T>(-0.5));
  const n = halvings<T>(x);
  const r = subtract<T>(remainder<T>(x, n), times<T>(rest, all<T>(0.5)));
  return exponential<T>(growth<T>(r), liftedPower<T>(n));
}

/** m(t), by rational interpolation on [0, end] at Chebyshev nodes in (t−3)/(t+3) (float32) and (t−4)/(t+4) (float64). */
// @ts-ignore: decorator
@inline
function mills<T>(t: v128): v128 {
  let above: v128;
  let below: v128;
  if (sizeof<T>() == 4) {
    above = step<T>(all<T>(0.0008551534847356379), t, 0.011324896477162838);
    above = step<T>(above, t, 0.0699300616979599);
    above = step<T>(above, t, 0.247381329536438);
    above = step<T>(above, t, 0.5040348768234253);
    below = step<T>(all<T>(0.002143555087968707), t, 0.028387093916535378);
    below = step<T>(below, t, 0.17743843793869019);
    below = step<T>(below, t, 0.6483715176582336);
    below = step<T>(below, t, 1.4357057809829712);
    below = step<T>(below, t, 1.8059543371200562);
  } else {
    above = step<T>(all<T>(2.1841939157224647e-7), t, 6.8301227250702235e-6);
    above = step<T>(above, t, 0.00010474310614534726);
    above = step<T>(above, t, 0.001025071569350438);
    above = step<T>(above, t, 0.007041273528835195);
    above = step<T>(above, t, 0.03534107463999677);
    above = step<T>(above, t, 0.1311071375110668);
    above = step<T>(above, t, 0.3554710849740133);
    above = step<T>(above, t, 0.677233305206694);
    above = step<T>(above, t, 0.8264390116762824);
    below = step<T>(all<T>(5.474962226425645e-7), t, 1.7120578741890866e-5);
    below = step<T>(below, t, 0.0002630995276560322);
    below = step<T>(below, t, 0.00258659395820462);
    below = step<T>(below, t, 0.017911312346517043);
    below = step<T>(below, t, 0.09112216947098654);
    below = step<T>(below, t, 0.3457670766572471);
    below = step<T>(below, t, 0.97465321348953);
    below = step<T>(below, t, 1.9934920327604);
    below = step<T>(below, t, 2.8098922385043354);
    below = step<T>(below, t, 2.4507625841554304);
  }
  return over<T>(step<T>(above, t, 0.5), step<T>(below, t, 1));
}

const DENSITY_AT_0 = 0.3989422804014327;

export class GELU {
  // @ts-ignore: decorator
  @inline
  value<T>(z: v128, slope: v128): v128 {
    const t = size<T>(z);
    const tail = times<T>(bell<T>(t), mills<T>(t));
    return times<T>(atLeast<T>(z, -end<T>()), wherePositive<T>(z, subtract<T>(all<T>(1), tail), tail));
  }
  /** Φ(z) + z·φ(z), which at −t is e^(−t²/2)·(m(t) − t/√(2π)) and at t one minus that. */
  // @ts-ignore: decorator
  @inline
  derivative<T>(z: v128, slope: v128): v128 {
    const t = size<T>(z);
    const lower = times<T>(bell<T>(t), subtract<T>(mills<T>(t), times<T>(t, all<T>(DENSITY_AT_0))));
    return wherePositive<T>(z, subtract<T>(all<T>(1), lower), lower);
  }
  /** (2 − z²)·φ(z). */
  // @ts-ignore: decorator
  @inline
  second<T>(z: v128, slope: v128): v128 {
    const t = size<T>(z);
    const factor = subtract<T>(all<T>(2), times<T>(t, t));
    return times<T>(times<T>(bell<T>(t), all<T>(DENSITY_AT_0)), factor);
  }
}
