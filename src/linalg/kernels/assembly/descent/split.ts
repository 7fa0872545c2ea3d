import { powerOfTwo, rescale } from "./rescale";
import { EXPONENT, STATE_BYTES } from "./state";
import { uniform } from "./stream";

/** Factors beyond it leave less room for growth than `rescale` does. */
const LARGE: f64 = 256;

/** Σ weights_j·w_j² */
function lossOf(bytes: usize, weights: usize, w: usize): f64 {
  let a = v128.splat<f64>(0);
  let b = a;
  for (let j: usize = 0; j < bytes; j += 32) {
    const u = v128.load(w + j);
    const v = v128.load(w + j, 16);
    a = v128.add<f64>(a, v128.mul<f64>(v128.load(weights + j), v128.mul<f64>(u, u)));
    b = v128.add<f64>(b, v128.mul<f64>(v128.load(weights + j, 16), v128.mul<f64>(v, v)));
  }
  a = v128.add<f64>(a, b);
  return v128.extract_lane<f64>(a, 0) + v128.extract_lane<f64>(a, 1);
}

function multiply(bytes: usize, factor: f64, w: usize): void {
  const f = v128.splat<f64>(factor);
  for (let j: usize = 0; j < bytes; j += 16) v128.store(w + j, v128.mul<f64>(f, v128.load(w + j)));
}

// @ts-ignore: decorator
@inline
function exponentOf(states: usize, t: usize): i32 {
  return load<i32>(states + t * STATE_BYTES, EXPONENT);
}

/** Losses of all vectors in one scale, at `losses`. */
function measure(count: usize, width: usize, weights: usize, w: usize, states: usize, losses: usize): void {
  const bytes = width << 3;
  let top = i32.MIN_VALUE;
  for (let t: usize = 0; t < count; t++) {
    const loss = lossOf(bytes, weights, w + t * bytes);
    store<f64>(losses + (t << 3), loss);
    if (loss > 0) top = max<i32>(top, exponentOf(states, t));
  }
  for (let t: usize = 0; t < count; t++) {
    const at = losses + (t << 3);
    const below = max<i32>(exponentOf(states, t) - top, -1000);
    if (load<f64>(at) > 0) store<f64>(at, load<f64>(at) * powerOfTwo(2 * below));
  }
}

/**
 * Where fewer vectors than half of them carry the sum of the losses Σ weights_j·w_j², (ΣL)²/ΣL² < count/2: draws as many
 * vectors anew, vector t with probability L_t/ΣL each time (systematic resampling: one uniform number for all), and scales
 * each so that all losses equal the mean. The expectation of every quadratic form stays what it was, for a vector drawn c times
 * is multiplied by √(mean L/L_t), and c is count·L_t/ΣL in the mean.
 *
 * A vector that is drawn stays where it is, its copies take the places of those that are not; streams stay in their places. The
 * population's own stream stands behind the states; `losses` has room for 12 bytes a vector.
 */
export function splitUneven(
  count: usize, width: usize, weights: usize, w: usize, states: usize, losses: usize,
): void {
  measure(count, width, weights, w, states, losses);
  let sum: f64 = 0;
  let squares: f64 = 0;
  for (let t: usize = 0; t < count; t++) {
    const loss = load<f64>(losses + (t << 3));
    sum += loss;
    squares += loss * loss;
  }
  if (sum == 0 || 2 * sum * sum >= <f64>count * squares) return;
  const mean = sum / <f64>count;
  const copies = losses + (count << 3);
  draw(count, mean, uniform(states + count * STATE_BYTES), losses, copies);

  const bytes = width << 3;
  let free: usize = 0;
  for (let t: usize = 0; t < count; t++) {
    const drawn = load<u32>(copies + (t << 2));
    if (drawn == 0) continue;
    const source = w + t * bytes;
    const state = states + t * STATE_BYTES;
    const factor = sqrt(mean / load<f64>(losses + (t << 3)));
    multiply(bytes, factor, source);
    if (factor > LARGE || factor < 1 / LARGE) rescale(bytes, source, state + EXPONENT);
    for (let copy: u32 = 1; copy < drawn; copy++) {
      while (load<u32>(copies + (free << 2)) != 0) free++;
      memory.copy(w + free * bytes, source, bytes);
      store<i32>(states + free * STATE_BYTES, load<i32>(state, EXPONENT), EXPONENT);
      free++;
    }
  }
}

/** How often each vector is drawn: the number of points (k + u)·mean, k = 0 … count − 1, in its part of the sum. */
function draw(count: usize, mean: f64, u: f64, losses: usize, copies: usize): void {
  let end: f64 = 0;
  let k: usize = 0;
  let last: usize = 0;
  for (let t: usize = 0; t < count; t++) {
    end += load<f64>(losses + (t << 3));
    const first = k;
    while (k < count && (<f64>k + u) * mean < end) k++;
    store<u32>(copies + (t << 2), <u32>(k - first));
    if (k > first) last = t;
  }
  // a point that rounding puts beyond the end
  store<u32>(copies + (last << 2), load<u32>(copies + (last << 2)) + <u32>(count - k));
}
