import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blockRatio, skewedMean } from "../../src/geometry/estimate/blockMean.ts";
import { meanInterval } from "../../src/geometry/index.ts";
import { jackknife } from "../../src/geometry/jackknife.ts";
import { createStream } from "../../src/random/index.ts";

describe("the mean of skewed values", () => {
  test("without skewness the interval is Student's", () => {
    // symmetric about 5 and flatter than a Gaussian, so that all degrees of freedom are left
    const values = Array.from({ length: 40 }, (_, k) => 5 + (k - 19.5) / 10);
    const { value, standardError, interval } = skewedMean(values);
    const student = meanInterval(values);
    expect(value).toBeCloseTo(5, 12);
    expect(standardError).toBeCloseTo(student.standardError, 12);
    expect(interval.low).toBeCloseTo(student.low, 12);
    expect(interval.high).toBeCloseTo(student.high, 12);
  });

  test("a tail to the right moves the interval to the right, and mirrors when turned round", () => {
    const values = Array.from(createStream(1).gaussians(new Float64Array(60)), (x) => Math.exp(x));
    const { value, interval } = skewedMean(values);
    expect(interval.high - value).toBeGreaterThan(1.2 * (value - interval.low));
    const mirrored = skewedMean(values.map((x) => -x)).interval;
    expect(mirrored.low).toBeCloseTo(-interval.high, 10);
    expect(mirrored.high).toBeCloseTo(-interval.low, 10);
  });

  test("equal values are known", () => {
    const values = Array.from({ length: 70 }, () => 0.1);
    const { value, standardError, interval } = skewedMean(values);
    expect(standardError).toBe(0);
    expect(interval).toEqual({ low: value, high: value });
  });
});

describe("a ratio of means", () => {
  test("is the jackknife's of leaving out each block for real, with a shift of the numerators", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 30 }),
        fc.nat(),
        fc.integer({ min: -3, max: 3 }),
        (half, seed, shift) => {
          const count = 2 * half;
          // as many above as below, in any order: an even coin leaves all degrees of freedom
          const above = Array.from(createStream(seed).permutation(count), (k) => (k < half ? 1.2 : 0.8));
          const below = above.map(() => 2);
          const without = (left: number) => {
            const kept = above.filter((_, k) => k !== left);
            return kept.reduce((sum, x) => sum + x + shift, 0) / (2 * kept.length);
          };
          const { value, interval } = blockRatio(above, below, shift);
          const expected = jackknife(
            without(-1),
            above.map((_, k) => without(k)),
          );
          expect(value).toBeCloseTo(without(-1), 12);
          expect(interval.low).toBeCloseTo(expected.low, 10);
          expect(interval.high).toBeCloseTo(expected.high, 10);
        },
      ),
    );
  });

  test("of proportional blocks is known, whatever their size", () => {
    const below = Array.from({ length: 64 }, (_, k) => 1 + k);
    const { value, standardError } = blockRatio(
      below.map((x) => 3 * x),
      below,
    );
    expect(value).toBeCloseTo(3, 14);
    expect(standardError).toBe(0);
  });

  test("an outlying block takes degrees of freedom: the interval widens beyond its standard error", () => {
    const below = Array.from({ length: 64 }, () => 1);
    const even = below.map((_, k) => (k % 2 ? 1 : 2));
    const outlying = even.map((x, k) => (k === 0 ? 40 : x));
    const reach = (above: number[]) => {
      const { value, standardError, interval } = blockRatio(above, below);
      return (interval.high - value) / standardError;
    };
    expect(reach(even)).toBeCloseTo(1.998, 3);
    expect(reach(outlying)).toBeGreaterThan(4);
  });
});
