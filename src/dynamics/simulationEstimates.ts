/**
 * Means over simulated trajectories, with what they are worth. The loss of SGD that escapes is heavy-tailed: its logarithm
 * spreads as √t, so that after some steps a handful of independent trajectories carries the mean, and then the mean of so many
 * says nothing about the expectation any more. `carriers` tells how many do; splitting populations puts the moment off.
 */
import { type Interval, studentInterval } from "../geometry/interval.ts";
import type { Undefined } from "../geometry/undefined.ts";
import type { Trajectories } from "./trajectories.ts";

/** A number from simulated trajectories, with its error. */
export interface SimulatedValue {
  readonly value: number;
  /** Standard error of ln value, by the jackknife over independent groups of trajectories; Infinity for a single one. */
  readonly logError: number;
  /** 95 %, by Student's t on the scale of ln value; undefined where too few groups carry the mean, or there is one. */
  readonly interval: Interval | Undefined;
}

/**
 * D_k (docs/theory.md §5) at `times[time]`. Undefined where the sharpest k carry nothing. Throws a RangeError on a k that the
 * simulation was not asked for.
 */
export function simulatedFlatOverSharp(
  trajectories: Trajectories,
  time: number,
  k: number,
): SimulatedValue | Undefined {
  const portions = trajectories.parts.sharp.get(k);
  if (!portions) throw new RangeError(`k: expected one of those simulated, got ${k}`);
  const loss = lossAt(trajectories, time);
  const sharp = loss.weighted(portions);
  const flat = loss.weighted(portions.map((portion) => 1 - portion));
  if (sum(sharp) === 0) return { undefined: `the sharpest ${k} carry none of the loss` };
  if (sum(flat) === 0) return { value: 0, logError: 0, interval: { low: 0, high: 0 } };
  const [sharpLeft, flatLeft] = [leftOut(sharp), leftOut(flat)];
  return estimate(
    Math.log(sum(flat) / sum(sharp)),
    flatLeft.map((value, t) => Math.log(value / sharpLeft[t])),
    [loss],
  );
}

/**
 * The factor by which the mean loss is multiplied a step, between `times[from]` and `times[to]`. Undefined where no step leads
 * from the one to the other or the loss is 0.
 */
export function simulatedGrowth(
  trajectories: Trajectories,
  from: number,
  to: number,
): SimulatedValue | Undefined {
  const steps = trajectories.times[to] - trajectories.times[from];
  if (!(steps > 0)) return { undefined: "growth takes at least one step" };
  const [before, after] = [lossAt(trajectories, from), lossAt(trajectories, to)];
  if (sum(before.totals) === 0 || sum(after.totals) === 0) return { undefined: "the loss is zero" };
  const shift = (after.exponent - before.exponent) * Math.LN2;
  const rate = (ratio: number) => (Math.log(ratio) + shift) / steps;
  const [beforeLeft, afterLeft] = [leftOut(before.totals), leftOut(after.totals)];
  return estimate(
    rate(sum(after.totals) / sum(before.totals)),
    afterLeft.map((value, t) => rate(value / beforeLeft[t])),
    [before, after],
  );
}

/** (Σ L)²/Σ L² over independent groups: how many of them, at least 1, carry the mean loss at `times[time]`; 0 where it is 0. */
export function carriers(trajectories: Trajectories, time: number): number {
  return carriersOf(lossAt(trajectories, time));
}

/** Twice the loss/λ₁ at some time, divided by 2^exponent, summed over each group of trajectories that are not independent. */
interface LossAt {
  readonly exponent: number;
  readonly totals: Float64Array;
  /** Σ_j portion_j·(part j) in place of the loss. */
  weighted(portions: readonly number[]): Float64Array;
}

function lossAt({ count, populationSize, parts, records, recordLength }: Trajectories, time: number): LossAt {
  const record = records[time];
  const partSum = (t: number, portions: readonly number[]): number => {
    let total = 0;
    for (let j = 0, at = t * recordLength + 1; j < portions.length; j++, at++) {
      if (portions[j] > 0) total += portions[j] * record[at];
    }
    return total;
  };
  const all = parts.cuts.map(() => 1);
  let exponent = -Infinity;
  for (let t = 0; t < count; t++) {
    exponent = Math.max(exponent, 2 * record[t * recordLength] + Math.log2(partSum(t, all)));
  }
  exponent = Number.isFinite(exponent) ? Math.floor(exponent) : 0;
  const scales = Float64Array.from(
    { length: count },
    (_, t) => 2 ** (2 * record[t * recordLength] - exponent),
  );
  const weighted = (portions: readonly number[]): Float64Array => {
    const sums = new Float64Array(Math.ceil(count / populationSize));
    for (let t = 0; t < count; t++) sums[Math.floor(t / populationSize)] += scales[t] * partSum(t, portions);
    return sums;
  };
  return { exponent, totals: weighted(all), weighted };
}

function estimate(log: number, left: Float64Array, means: readonly LossAt[]): SimulatedValue {
  const count = left.length;
  const mean = sum(left) / count;
  const squares = left.reduce((total, value) => total + (value - mean) ** 2, 0);
  const error = Math.sqrt(((count - 1) / count) * squares);
  const logError = count > 1 && Number.isFinite(error) ? error : Infinity;
  const { low, high } = studentInterval(log, logError, count - 1);
  // without an error, a single group has all that some part of the loss has
  const carrying = logError === Infinity ? 1 : Math.min(...means.map(carriersOf));
  const few = logError === Infinity || carrying < Math.sqrt(count);
  const interval = few ? tooFew(carrying, count) : { low: Math.exp(low), high: Math.exp(high) };
  return { value: Math.exp(log), logError, interval };
}

/**
 * Where the loss is lognormal and fewer than √count groups carry its mean, even the second moment of that, and so its error,
 * depends on groups that are expected not to be there.
 */
function tooFew(carrying: number, count: number): Undefined {
  if (count === 1) return { undefined: "a single independent group of trajectories has no spread" };
  return {
    undefined: `${carrying.toFixed(1)} of ${count} independent groups of trajectories carry the mean`,
  };
}

function carriersOf({ totals }: LossAt): number {
  const squares = totals.reduce((total, value) => total + value * value, 0);
  return squares === 0 ? 0 : sum(totals) ** 2 / squares;
}

/** The sum without each value in turn, from those to its left and right: no cancellation where one value is most of it. */
function leftOut(values: Float64Array): Float64Array {
  const result = new Float64Array(values.length);
  let left = 0;
  for (let t = 0; t < values.length; t++) {
    result[t] = left;
    left += values[t];
  }
  let right = 0;
  for (let t = values.length - 1; t >= 0; t--) {
    result[t] += right;
    right += values[t];
  }
  return result;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}
