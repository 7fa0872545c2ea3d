import { bytes, get, put } from "./scalar";

const EPSILON: f64 = 2.220446049250313e-16;
const MAX_ITERATIONS: i32 = 100;

/** ψ (poles up to i, negative), φ (poles beyond i, positive) and their derivatives at the last evaluation. */
let psi: f64 = 0;
let psiSlope: f64 = 0;
let phi: f64 = 0;
let phiSlope: f64 = 0;

/** Evaluates the two sums at τ; `shifted` gets d_j − origin − τ. */
function evaluate(k: isize, i: isize, d: usize, weight: usize, origin: f64, tau: f64, shifted: usize): void {
  psi = 0;
  psiSlope = 0;
  phi = 0;
  phiSlope = 0;
  for (let j: isize = 0; j <= i; j++) {
    const delta = get(d, j) - origin - tau;
    put(shifted, j, delta);
    const term = get(weight, j) / delta;
    psi += term;
    psiSlope += term / delta;
  }
  for (let j = k - 1; j > i; j--) {
    const delta = get(d, j) - origin - tau;
    put(shifted, j, delta);
    const term = get(weight, j) / delta;
    phi += term;
    phiSlope += term / delta;
  }
}

/** The root of c·x² − a·x + b that the interpolation of a secular equation means. */
function interpolate(a: f64, b: f64, c: f64): f64 {
  const root = Math.sqrt(Math.max(0, a * a - 4 * b * c));
  return a <= 0 ? (a - root) / (2 * c) : (2 * b) / (a + root);
}

/**
 * Root number i of 1 + Σ_j weight_j/(d_j − λ) = 0 for k ascending poles d and positive weights: the eigenvalue between
 * d_i and d_{i+1} (beyond d_{k−1} for the last) of diag(d) + a rank-one matrix. Writes d_j − λ to `shifted` with small
 * relative error, which is what makes the vectors orthogonal (Gu & Eisenstat 1995), and returns λ.
 * Rational interpolation by the "middle way" (R.-C. Li, LAPACK Working Note 89) inside a bracket that only shrinks.
 */
export function secularRoot(k: isize, i: isize, d: usize, weight: usize, total: f64, shifted: usize): f64 {
  const last = i == k - 1;
  const gap = last ? total : get(d, i + 1) - get(d, i);
  let origin = get(d, i);
  evaluate(k, i, d, weight, origin, 0.5 * gap, shifted);
  const own = get(weight, i);
  const next = last ? 0 : get(weight, i + 1);
  // Everything but the two nearest poles, taken as constant, gives the first guess.
  const rest = 1 + psi + phi + (own - next) / (0.5 * gap);
  let low = 0.0;
  let high = 0.5 * gap;
  let tau: f64;
  let left = 0.0;
  let right = gap;
  if (last) {
    if (1 + psi + phi < 0) low = high;
    high = gap * (1 + 8 * EPSILON);
    tau = own / rest;
    if (rest <= 0) tau = high;
  } else if (1 + psi + phi >= 0) {
    tau = interpolate(rest * gap + own + next, own * gap, rest);
  } else {
    origin = get(d, i + 1);
    left = -gap;
    right = 0;
    low = -0.5 * gap;
    high = 0;
    tau = interpolate(own + next - rest * gap, -next * gap, rest);
  }
  if (!(tau > low && tau < high)) tau = 0.5 * (low + high);

  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    evaluate(k, i, d, weight, origin, tau, shifted);
    const f = 1 + psi + phi;
    if (Math.abs(f) <= 4 * EPSILON * (1 + phi - psi)) break;
    if (f < 0) low = tau;
    else high = tau;
    const toLeft = left - tau;
    const toRight = right - tau;
    const c = f - toLeft * psiSlope - toRight * phiSlope;
    const a = (toLeft + toRight) * f - toLeft * toRight * (psiSlope + phiSlope);
    let moved = tau + interpolate(a, toLeft * toRight * f, c);
    if (!(moved > low && moved < high)) moved = tau - f / (psiSlope + phiSlope);
    if (!(moved > low && moved < high)) moved = 0.5 * (low + high);
    if (moved == tau || !(moved > low && moved < high)) break;
    tau = moved;
  }
  return origin + tau;
}

/**
 * ẑ: the vector for which the computed roots are exact, from rows of differences (row i of `differences`, k elements,
 * is d_j − λ_i), with the signs of z (Löwner's formula; LAPACK dlaed3). Overwrites z.
 */
export function loewnerVector(k: isize, d: usize, differences: usize, z: usize, products: usize): void {
  for (let j: isize = 0; j < k; j++) put(products, j, get(differences, j * k + j));
  for (let i: isize = 0; i < k; i++) {
    const row = differences + bytes(i * k);
    const pole = get(d, i);
    for (let j: isize = 0; j < k; j++) {
      if (j != i) put(products, j, get(products, j) * (get(row, j) / (get(d, j) - pole)));
    }
  }
  for (let j: isize = 0; j < k; j++) {
    const size = Math.sqrt(Math.max(0, -get(products, j)));
    put(z, j, get(z, j) < 0 ? -size : size);
  }
}
