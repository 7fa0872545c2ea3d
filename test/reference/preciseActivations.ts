/**
 * Activations and their derivatives to many digits beyond float64, from their definitions, in fixed-point arithmetic on
 * BigInt: x is represented by x·2^fraction, fine enough for Φ(−37), which is a
 * difference of numbers e^684 times as large.
 */
const fraction = 2200n;
const one = 1n << fraction;
const two = 2n * one;

const times = (a: bigint, b: bigint) => (a * b) >> fraction;
const over = (a: bigint, b: bigint) => (a << fraction) / b;
const size = (a: bigint) => (a < 0n ? -a : a);

/** A finite double, exactly. */
export function fixed(x: number): bigint {
  let exponent = 0;
  while (!Number.isInteger(x)) {
    x *= 2;
    exponent++;
  }
  return (BigInt(x) << fraction) >> BigInt(exponent);
}

/** The error of `computed` over the size of the terms. */
export function relativeError(computed: number, [a, b]: Terms): number {
  return Number((size(fixed(computed) - a - b) << 100n) / (size(a) + size(b))) / 2 ** 100;
}

/** e^x for x ≤ 0: the series of e^(x/2^20), squared twenty times. */
function exponential(x: bigint): bigint {
  const small = x >> 20n;
  let term = one;
  let sum = one;
  for (let k = 1n; term !== 0n && term !== -1n; k++) {
    term = times(term, small) / k;
    sum += term;
  }
  for (let k = 0; k < 20; k++) sum = times(sum, sum);
  return sum;
}

/** log(1 + u) = 2 atanh(u/(2 + u)) for 0 ≤ u ≤ 1. */
function logOnePlus(u: bigint): bigint {
  const s = over(u, two + u);
  const square = times(s, s);
  let sum = 0n;
  for (let power = s, k = 1n; power !== 0n; k += 2n) {
    sum += power / k;
    power = times(power, square);
  }
  return 2n * sum;
}

/** Machin: π/4 = 4 arctan(1/5) − arctan(1/239). */
const pi = 4n * (4n * arctanOfInverse(5n) - arctanOfInverse(239n));
function arctanOfInverse(n: bigint): bigint {
  let sum = 0n;
  for (let power = one / n, k = 1n, sign = 1n; power !== 0n; k += 2n, sign = -sign) {
    sum += (sign * power) / k;
    power /= n * n;
  }
  return sum;
}

/** Newton's iteration from above. */
function squareRoot(x: bigint): bigint {
  let root = one + x;
  for (;;) {
    const next = (root + over(x, root)) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** The logistic function s, 1 − s, s' = s(1 − s) and s'' = s'(1 − 2s). */
function logistic(z: bigint) {
  const decay = exponential(-size(z));
  const [large, small] = [over(one, one + decay), over(decay, one + decay)];
  const [value, rest] = z > 0n ? [large, small] : [small, large];
  const slope = times(value, rest);
  return { decay, value, rest, slope, bend: times(slope, rest - value) };
}

/** Two numbers that are added up: the sum of their sizes is what the rounding error of the sum is measured by. */
export type Terms = readonly [bigint, bigint];

const alone = (...values: bigint[]): Terms[] => values.map((value) => [value, 0n]);

/** z·s(w) and two derivatives, given w(z) and its own. */
function gated(z: bigint, w: bigint, dw: bigint, ddw: bigint): Terms[] {
  const { value, slope, bend } = logistic(w);
  return [
    [times(z, value), 0n],
    [value, times(times(z, slope), dw)],
    [times(slope, 2n * dw + times(z, ddw)), times(times(z, bend), times(dw, dw))],
  ];
}

const rootTwoPi = squareRoot(2n * pi);
const rootEightOverPi = squareRoot((8n * one * one) / pi);
const cubic = (rootEightOverPi * 44715n) / 1000000n;

/** By kind: σ(z), σ'(z) and σ''(z). */
export const preciseActivations: Readonly<Record<string, (z: bigint) => readonly Terms[]>> = {
  tanh(z) {
    const { value, rest, slope, bend } = logistic(2n * z);
    return alone(value - rest, 4n * slope, 8n * bend);
  },
  sigmoid(z) {
    const { value, slope, bend } = logistic(z);
    return alone(value, slope, bend);
  },
  softplus(z) {
    const { decay, value, slope } = logistic(z);
    return alone((z > 0n ? z : 0n) + logOnePlus(decay), value, slope);
  },
  silu: (z) => gated(z, z, one, 0n),
  gelu(z) {
    const square = times(z, z);
    const density = over(exponential(-square / 2n), rootTwoPi);
    // Φ(z) = ½ + φ(z)(z + z³/3 + z⁵/(3·5) + …).
    let sum = 0n;
    for (let term = z, odd = 3n; term !== 0n && term !== -1n; odd += 2n) {
      sum += term;
      term = times(term, square) / odd;
    }
    const distribution = one / 2n + times(density, sum);
    return [
      [times(z, distribution), 0n],
      [distribution, times(z, density)],
      [2n * density, -times(square, density)],
    ];
  },
  geluTanh(z) {
    const square = times(z, z);
    const w = times(z, rootEightOverPi + times(cubic, square));
    return gated(z, w, rootEightOverPi + 3n * times(cubic, square), 6n * times(cubic, z));
  },
};
