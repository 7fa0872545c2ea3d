import { powerOfTwoBelow } from "../point.ts";

/** value·2^exponent: a sum whose scale is not known before it is taken. */
export interface Scaled {
  readonly value: number;
  readonly exponent: number;
}

export const nothing: Scaled = { value: 0, exponent: 0 };

export function plus(a: Scaled, b: Scaled): Scaled {
  if (a.value === 0) return b;
  if (b.value === 0) return a;
  const exponent = Math.max(a.exponent, b.exponent);
  return {
    value: shifted(a.value, a.exponent - exponent) + shifted(b.value, b.exponent - exponent),
    exponent,
  };
}

export function times(factor: number, { value, exponent }: Scaled): Scaled {
  return { value: factor * value, exponent };
}

/** The number itself, 0 or infinite where float64 has no room for it. */
export function unscaled({ value, exponent }: Scaled): number {
  return shifted(value, exponent);
}

/** √x for x ≥ 0. */
export function squareRoot({ value, exponent }: Scaled): number {
  const half = Math.floor(exponent / 2);
  return shifted(Math.sqrt(shifted(value, exponent - 2 * half)), half);
}

/** a/b, which may be of ordinary size where neither of them is. */
export function quotient(a: Scaled, b: Scaled): number {
  return shifted(a.value / b.value, a.exponent - b.exponent);
}

export function product(a: Scaled, b: Scaled): Scaled {
  return { value: a.value * b.value, exponent: a.exponent + b.exponent };
}

/** x·2^exponent; in halves, because 2^exponent alone may leave float64. */
export function shifted(x: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return x * 2 ** half * 2 ** (exponent - half);
}

/** Divides by the power of two that brings the largest magnitude to [1, 2), and returns its exponent. Throws a RangeError on NaN and infinite numbers. */
export function normalise(values: Float64Array, name: string): number {
  let largest = 0;
  for (let k = 0; k < values.length; k++) {
    const magnitude = Math.abs(values[k]);
    if (!(magnitude < Infinity)) throw new RangeError(`${name}: expected finite numbers, got ${values[k]}`);
    if (magnitude > largest) largest = magnitude;
  }
  if (largest === 0) return 0;
  const exponent = Math.round(Math.log2(powerOfTwoBelow(largest)));
  if (exponent !== 0) {
    const scale = 2 ** exponent;
    for (let k = 0; k < values.length; k++) values[k] /= scale;
  }
  return exponent;
}
