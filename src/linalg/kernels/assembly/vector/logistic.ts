/**
 * Activations made of the logistic function s, each from d = e^x, x = −|z|, so that nothing cancels where they saturate:
 * s = (1 or d)/(1+d), s' = d/(1+d)², s'' = sign(z)·s'·tanh(x/2), where tanh(x/2) = (d−1)/(d+1).
 */
import {
  decay, exponent, exponential, exponentialMinusOne, growth, halvings, liftedPower, logOnePlus, lowestExponent, remainder,
} from "./exponential";
import {
  add, all, atLeast, atMost, minusAbsolute, over, step, times, timesSignOf, wherePositive, withSignOf,
} from "./lanes";

/** s(z), given d. */
// @ts-ignore: decorator
@inline
function logistic<T>(z: v128, d: v128): v128 {
  return over<T>(wherePositive<T>(z, all<T>(1), d), add<T>(d, all<T>(1)));
}

/** s'(z), given d. */
// @ts-ignore: decorator
@inline
function bump<T>(d: v128): v128 {
  const sum = add<T>(d, all<T>(1));
  return over<T>(d, times<T>(sum, sum));
}

/** tanh(x/2), given d as p and power. */
// @ts-ignore: decorator
@inline
function halfTanh<T>(p: v128, power: v128): v128 {
  const minusOne = exponentialMinusOne<T>(p, power);
  return over<T>(minusOne, add<T>(minusOne, all<T>(2)));
}

/** s'·(straight + bent·tanh(x/2)) at x ≤ 0. */
// @ts-ignore: decorator
@inline
function bend<T>(x: v128, straight: v128, bent: v128): v128 {
  x = exponent<T>(x);
  const n = halvings<T>(x);
  const p = growth<T>(remainder<T>(x, n));
  const power = liftedPower<T>(n);
  const slope = bump<T>(exponential<T>(p, power));
  return times<T>(slope, add<T>(straight, times<T>(bent, halfTanh<T>(p, power))));
}

export class Tanh {
  // @ts-ignore: decorator
  @inline
  value<T>(z: v128, slope: v128): v128 {
    const x = exponent<T>(minusAbsolute<T>(add<T>(z, z)));
    const n = halvings<T>(x);
    return withSignOf<T>(z, halfTanh<T>(growth<T>(remainder<T>(x, n)), liftedPower<T>(n)));
  }
  // @ts-ignore: decorator
  @inline
  derivative<T>(z: v128, slope: v128): v128 {
    return times<T>(bump<T>(decay<T>(minusAbsolute<T>(add<T>(z, z)))), all<T>(4));
  }
  // @ts-ignore: decorator
  @inline
  second<T>(z: v128, slope: v128): v128 {
    return timesSignOf<T>(z, bend<T>(minusAbsolute<T>(add<T>(z, z)), all<T>(0), all<T>(8)));
  }
}

export class Sigmoid {
  // @ts-ignore: decorator
  @inline
  value<T>(z: v128, slope: v128): v128 {
    return logistic<T>(z, decay<T>(minusAbsolute<T>(z)));
  }
  // @ts-ignore: decorator
  @inline
  derivative<T>(z: v128, slope: v128): v128 {
    return bump<T>(decay<T>(minusAbsolute<T>(z)));
  }
  // @ts-ignore: decorator
  @inline
  second<T>(z: v128, slope: v128): v128 {
    return timesSignOf<T>(z, bend<T>(minusAbsolute<T>(z), all<T>(0), all<T>(1)));
  }
}

/** log(1 + e^z), whose derivative is s. */
export class Softplus {
  // @ts-ignore: decorator
  @inline
  value<T>(z: v128, slope: v128): v128 {
    return add<T>(atLeast<T>(z, 0), logOnePlus<T>(decay<T>(minusAbsolute<T>(z))));
  }
  // @ts-ignore: decorator
  @inline
  derivative<T>(z: v128, slope: v128): v128 {
    return logistic<T>(z, decay<T>(minusAbsolute<T>(z)));
  }
  // @ts-ignore: decorator
  @inline
  second<T>(z: v128, slope: v128): v128 {
    return bump<T>(decay<T>(minusAbsolute<T>(z)));
  }
}

// z·s(w(z)) for an odd, increasing w. Where e^−|w| has vanished z is cut off, so that ∞·0 cannot be.

// @ts-ignore: decorator
@inline
function gated<T>(z: v128, w: v128, lowest: f64): v128 {
  return times<T>(atLeast<T>(z, lowest), logistic<T>(z, decay<T>(minusAbsolute<T>(w))));
}
/** s + z·s'·w' for a z cut off on both sides. */
// @ts-ignore: decorator
@inline
function gatedDerivative<T>(z: v128, w: v128, dw: v128): v128 {
  const d = decay<T>(minusAbsolute<T>(w));
  const sum = add<T>(d, all<T>(1));
  const moving = times<T>(times<T>(z, dw), d);
  return over<T>(add<T>(times<T>(wherePositive<T>(z, all<T>(1), d), sum), moving), times<T>(sum, sum));
}
/** s'·(2w' + z·w'') + z·s''·w'² for a z cut off on both sides, straight = 2w' + z·w''. */
// @ts-ignore: decorator
@inline
function gatedSecond<T>(z: v128, w: v128, dw: v128, straight: v128): v128 {
  return bend<T>(minusAbsolute<T>(w), straight, times<T>(v128.abs<T>(z), times<T>(dw, dw)));
}

/** z·s(z). */
export class SiLU {
  // @ts-ignore: decorator
  @inline
  value<T>(z: v128, slope: v128): v128 {
    return gated<T>(z, z, lowestExponent<T>());
  }
  // @ts-ignore: decorator
  @inline
  derivative<T>(z: v128, slope: v128): v128 {
    const cut = atMost<T>(exponent<T>(z), -lowestExponent<T>());
    return gatedDerivative<T>(cut, cut, all<T>(1));
  }
  // @ts-ignore: decorator
  @inline
  second<T>(z: v128, slope: v128): v128 {
    const cut = atMost<T>(exponent<T>(z), -lowestExponent<T>());
    return gatedSecond<T>(cut, cut, all<T>(1), all<T>(2));
  }
}

// w = √(8/π)·(z + 0.044715 z³), with which z·s(w) = ½z(1 + tanh(w/2)).
const LINEAR = 1.5957691216057308;
const CUBIC = 0.07135481627260025;
/** From here on, on either side, e^−|w| is 0. */
const GELU_TANH_END = 23.0;

export class GELUTanh {
  // @ts-ignore: decorator
  @inline
  value<T>(z: v128, slope: v128): v128 {
    const cut = atMost<T>(atLeast<T>(z, -GELU_TANH_END), GELU_TANH_END);
    const w = times<T>(cut, step<T>(times<T>(cut, cut), all<T>(CUBIC), LINEAR));
    return gated<T>(z, w, -GELU_TANH_END);
  }
  // @ts-ignore: decorator
  @inline
  derivative<T>(z: v128, slope: v128): v128 {
    const cut = atMost<T>(atLeast<T>(z, -GELU_TANH_END), GELU_TANH_END);
    const square = times<T>(cut, cut);
    const w = times<T>(cut, step<T>(square, all<T>(CUBIC), LINEAR));
    return gatedDerivative<T>(cut, w, step<T>(square, all<T>(3 * CUBIC), LINEAR));
  }
  // @ts-ignore: decorator
  @inline
  second<T>(z: v128, slope: v128): v128 {
    const cut = atMost<T>(atLeast<T>(z, -GELU_TANH_END), GELU_TANH_END);
    const square = times<T>(cut, cut);
    const w = times<T>(cut, step<T>(square, all<T>(CUBIC), LINEAR));
    // 2w' + z·w'' = 2·LINEAR + 12·CUBIC·z².
    const straight = step<T>(square, all<T>(12 * CUBIC), 2 * LINEAR);
    return gatedSecond<T>(cut, w, step<T>(square, all<T>(3 * CUBIC), LINEAR), straight);
  }
}
