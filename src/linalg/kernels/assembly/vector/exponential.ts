/**
 * e^x and e^x − 1 for x ≤ 0 from one reduction x = n·log 2 + r, |r| ≤ ½ log 2: with p = e^r − 1 and 2ⁿ, e^x = 2ⁿ + 2ⁿp
 * and e^x − 1 = (2ⁿ − 1) + 2ⁿp, which do not cancel. Coefficients: interpolation of (e^r − 1 − r)/r² at Chebyshev nodes.
 */
import { add, all, atLeast, step, subtract, times } from "./lanes";

/** e^x is 0 from here down. */
// @ts-ignore: decorator
@inline
export function lowestExponent<T>(): f64 {
  return sizeof<T>() == 4 ? -104 : -746;
}

/** x cut off where e^x is 0; NaN stays. */
// @ts-ignore: decorator
@inline
export function exponent<T>(x: v128): v128 {
  return atLeast<T>(x, lowestExponent<T>());
}

/** Added to a small number, it leaves the nearest integer in the low bits. */
// @ts-ignore: decorator
@inline
function shifter<T>(): f64 {
  return sizeof<T>() == 4 ? 12582912.0 : 6755399441055744.0;
}

/** n, as the low bits of a float. */
// @ts-ignore: decorator
@inline
export function halvings<T>(x: v128): v128 {
  return add<T>(times<T>(x, all<T>(1.4426950408889634)), all<T>(shifter<T>()));
}

/** r = x − n·log 2. */
// @ts-ignore: decorator
@inline
export function remainder<T>(x: v128, halvings: v128): v128 {
  const n = subtract<T>(halvings, all<T>(shifter<T>()));
  // log 2 in two parts, the first so short that its product with n is exact.
  const high = sizeof<T>() == 4 ? 0.693359375 : 0.6931471803691238;
  const rest = sizeof<T>() == 4 ? -0.00021219444005469057 : 1.9082149292705877e-10;
  return subtract<T>(subtract<T>(x, times<T>(n, all<T>(high))), times<T>(n, all<T>(rest)));
}

/** p = e^r − 1. */
// @ts-ignore: decorator
@inline
export function growth<T>(r: v128): v128 {
  const square = times<T>(r, r);
  // Even and odd coefficients apart: two short chains instead of a long one.
  let even: v128;
  let odd: v128;
  if (sizeof<T>() == 4) {
    even = step<T>(all<T>(0.0013933649752289057), square, 0.04166646674275398);
    odd = step<T>(all<T>(0.00019890991097781807), square, 0.00833331048488617);
  } else {
    even = step<T>(all<T>(2.0914686968086876e-9), square, 2.75572736431103e-7);
    even = step<T>(even, square, 2.4801587325547743e-5);
    even = step<T>(even, square, 0.0013888888888883748);
    even = step<T>(even, square, 0.04166666666666667);
    odd = step<T>(all<T>(2.5105217004720745e-8), square, 2.7557255400206422e-6);
    odd = step<T>(odd, square, 0.00019841269874820627);
    odd = step<T>(odd, square, 0.008333333333326136);
  }
  even = step<T>(even, square, 0.5);
  odd = step<T>(odd, square, sizeof<T>() == 4 ? 0.1666666716337204 : 0.1666666666666667);
  return add<T>(r, times<T>(square, add<T>(even, times<T>(r, odd))));
}

/** 2ⁿ is kept larger by this until the end, so that subnormal results are rounded only once. */
// @ts-ignore: decorator
@inline
function lift<T>(): f64 {
  return sizeof<T>() == 4 ? 4294967296.0 : 18446744073709551616.0;
}

/** 2ⁿ·lift. */
// @ts-ignore: decorator
@inline
export function liftedPower<T>(halvings: v128): v128 {
  if (sizeof<T>() == 4) return i32x4.add(i32x4.shl(halvings, 23), i32x4.splat((127 + 32) << 23));
  return i64x2.add(i64x2.shl(halvings, 52), i64x2.splat((<i64>(1023 + 64)) << 52));
}

/** e^x from p and lifted 2ⁿ. */
// @ts-ignore: decorator
@inline
export function exponential<T>(p: v128, power: v128): v128 {
  return times<T>(add<T>(power, times<T>(power, p)), all<T>(1.0 / lift<T>()));
}

/** e^x − 1 from p and lifted 2ⁿ. */
// @ts-ignore: decorator
@inline
export function exponentialMinusOne<T>(p: v128, power: v128): v128 {
  const scale = times<T>(power, all<T>(1.0 / lift<T>()));
  return add<T>(subtract<T>(scale, all<T>(1)), times<T>(scale, p));
}

/** e^x for x ≤ 0. */
// @ts-ignore: decorator
@inline
export function decay<T>(x: v128): v128 {
  x = exponent<T>(x);
  const n = halvings<T>(x);
  return exponential<T>(growth<T>(remainder<T>(x, n)), liftedPower<T>(n));
}

/** log(1 + u) for 0 ≤ u ≤ 1. */
// @ts-ignore: decorator
@inline
export function logOnePlus<T>(u: v128): v128 {
  // Above √2 − 1 it is log 2 + log(1 + f), f = (u − 1)/2. With s = f/(2 + f): log(1 + f) = 2 atanh s = f − s(f − s²L(s²)).
  const large = v128.gt<T>(u, all<T>(0.4142135623730950));
  const f = v128.bitselect(times<T>(subtract<T>(u, all<T>(1)), all<T>(0.5)), u, large);
  const s = v128.div<T>(f, add<T>(f, all<T>(2)));
  const z = times<T>(s, s);
  let l: v128;
  if (sizeof<T>() == 4) {
    l = step<T>(all<T>(0.23330582678318024), z, 0.2855081558227539);
    l = step<T>(l, z, 0.4000012278556824);
    l = step<T>(l, z, 0.6666666865348816);
  } else {
    l = step<T>(all<T>(0.14616585424888623), z, 0.15331710618210773);
    l = step<T>(l, z, 0.18182889455674947);
    l = step<T>(l, z, 0.22222211130259878);
    l = step<T>(l, z, 0.2857142862600327);
    l = step<T>(l, z, 0.39999999999899444);
    l = step<T>(l, z, 0.666666666666667);
  }
  const log = subtract<T>(f, times<T>(s, subtract<T>(f, times<T>(z, l))));
  return add<T>(log, v128.and(large, all<T>(0.6931471805599453)));
}
