import type { Axis } from "../../experiments/figure.ts";
import { formatFixed, formatScientific, powerOfTen } from "../numbers.ts";
import type { Domain } from "./domain.ts";

export interface Ticks {
  readonly major: readonly { readonly value: number; readonly label: string }[];
  /** Unlabelled, between the major ones of a log axis. */
  readonly minor: readonly number[];
}

/**
 * About `count` labelled ticks, two at least: 1, 2 or 5 times a power of ten on a linear axis, powers of ten
 * on a log one. A log axis too short for them is labelled like a linear one.
 */
export function axisTicks(axis: Axis, domain: Domain, count: number): Ticks {
  return axis.scale === "log" ? logTicks(domain, count) : twoOrMoreTicks(domain, count);
}

/** Rounding the step up may leave a single tick; a finer step is then asked for. */
function twoOrMoreTicks(domain: Domain, count: number): Ticks {
  const ticks = linearTicks(domain, count);
  return ticks.major.length >= 2 ? ticks : twoOrMoreTicks(domain, count + 1);
}

function linearTicks([low, high]: Domain, count: number): Ticks {
  const step = niceStep((high - low) / Math.max(1, count));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const values = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
  const label = tickLabel(Math.max(Math.abs(low), Math.abs(high)), step);
  return { major: values.map((value) => ({ value, label: label(value) })), minor: [] };
}

/**
 * How the multiples of a step up to the largest are written: plainly, or as powers of ten where that would
 * grow long.
 */
function tickLabel(largest: number, step: number): (value: number) => string {
  if (largest < 1e6 && largest >= 1e-3) {
    const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    return (value) => formatFixed(value, decimals);
  }
  const digits = Math.max(1, Math.ceil(Math.log10(largest / step)) + 1);
  return (value) => (value === 0 ? "0" : formatScientific(value, digits));
}

/** The smallest of 1, 2, 5, 10 times a power of ten that is not below the given step. */
function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const multiple = [1, 2, 5].find((factor) => factor * power >= step * (1 - 1e-9)) ?? 10;
  return multiple * power;
}

function logTicks(domain: Domain, count: number): Ticks {
  const powers = powersWithin(domain);
  if (powers.length >= 2) return decadeTicks(domain, powers, count);
  const major = multiplesWithin(domain, [1, 2, 5]);
  if (major.length < 2) return twoOrMoreTicks(domain, count);
  const shown = major.length <= count ? major : [...new Set([major[0], major[major.length - 1]])];
  const minor = multiplesWithin(domain, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  return {
    major: shown.map((value) => ({ value, label: tickLabel(value, value)(value) })),
    minor: minor.filter((value) => !shown.includes(value)),
  };
}

function decadeTicks(domain: Domain, powers: readonly number[], count: number): Ticks {
  const stride = Math.ceil(powers.length / Math.max(2, count));
  const shown = powers.filter((exponent) => exponent % stride === 0);
  const isPlain = powers.every((exponent) => exponent >= -3 && exponent <= 4);
  const label = (exponent: number) =>
    isPlain
      ? formatFixed(10 ** exponent, Math.max(0, -exponent))
      : exponent === 0
        ? "1"
        : powerOfTen(exponent);
  return {
    major: shown.map((exponent) => ({ value: 10 ** exponent, label: label(exponent) })),
    minor:
      stride > 1
        ? powers.filter((exponent) => !shown.includes(exponent)).map((exponent) => 10 ** exponent)
        : multiplesWithin(domain, [2, 3, 4, 5, 6, 7, 8, 9]),
  };
}

/** The integers e with 10^e in the domain. */
function powersWithin([low, high]: Domain): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

function multiplesWithin([low, high]: Domain, factors: readonly number[]): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.floor(Math.log10(high));
  const decades = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return decades
    .flatMap((exponent) => factors.map((factor) => factor * 10 ** exponent))
    .filter((value) => value >= low && value <= high);
}
