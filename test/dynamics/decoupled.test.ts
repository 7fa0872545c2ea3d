import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  batchNoise,
  decoupledGrowth,
  decoupledLimit,
  decoupledLoss,
  flatOverSharp,
  gradientDescentGrowth,
  paperBound,
} from "../../src/dynamics/index.ts";
import { defined } from "../../src/geometry/index.ts";

/** Descending eigenvalues with repeats and zeros, of any scale, and a step from far below to far above the edge. */
const cases = fc
  .record({
    digits: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 12 }),
    zeros: fc.nat(3),
    scale: fc.integer({ min: -100, max: 100 }),
    rate: fc.double({ min: 1e-3, max: 3, noNaN: true }),
    noise: fc.constantFrom(0, 1e-6, 0.01, 0.25, 1),
  })
  .map(({ digits, zeros, scale, rate, noise }) => {
    // three a decade, so that repeats are common
    const values = digits.map((digit) => 10 ** (scale - digit / 3)).sort((a, b) => b - a);
    const eigenvalues = Float64Array.from([...values, ...new Array(zeros).fill(0)]);
    return { eigenvalues, step: { learningRate: (2 * rate) / values[0], noise } };
  });

/** Largest root of Σ η²cλ_i²/(ρ − (1−ηλ_i)²) = 1 by halving, from the formula as it stands. */
function naiveRoot(eigenvalues: Float64Array, learningRate: number, noise: number): number {
  const sizes = Array.from(
    eigenvalues.filter((value) => value > 0),
    (value) => learningRate * value,
  );
  const over = (rho: number) => sizes.reduce((sum, a) => sum + (noise * a * a) / (rho - (1 - a) ** 2), 0);
  let low = Math.max(...sizes.map((a) => (1 - a) ** 2));
  let high = low + sizes.reduce((sum, a) => sum + noise * a * a, 0);
  for (let k = 0; k < 200; k++) {
    const middle = (low + high) / 2;
    if (over(middle) > 1) low = middle;
    else high = middle;
  }
  return high;
}

test("the growth rate is the largest root of the secular equation", () => {
  fc.assert(
    fc.property(cases, ({ eigenvalues, step }) => {
      const { value } = defined(decoupledGrowth(eigenvalues, step));
      const expected = naiveRoot(eigenvalues, step.learningRate, step.noise);
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-13 * Math.max(expected, 1));
    }),
    { numRuns: 500 },
  );
});

test("growth and shares are a fixed point of the map itself, to full precision", () => {
  fc.assert(
    fc.property(cases, ({ eigenvalues, step }) => {
      const growth = defined(decoupledGrowth(eigenvalues, step));
      const shares = defined(growth.shares as Float64Array);
      expect(shares).toHaveLength(eigenvalues.length);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      for (const [i, share] of shares.entries()) {
        const a = step.learningRate * eigenvalues[i];
        if (a === 0) expect(share).toBe(0);
        const next = (1 - a) ** 2 * share + step.noise * a * a;
        // without noise a direction whose factor ties with the largest carries its part, the others nothing
        const off = Math.abs((step.noise > 0 ? next : (1 - a) ** 2 * share) - growth.value * share);
        expect(off).toBeLessThanOrEqual(1e-14 * Math.max(1, growth.value));
      }
    }),
    { numRuns: 500 },
  );
});

test("step by step: one step by the formula, and growth and shares in the long run", () => {
  fc.assert(
    fc.property(cases, ({ eigenvalues, step }) => {
      const growth = defined(decoupledGrowth(eigenvalues, step));
      let m = Array.from(eigenvalues, () => 1);
      const loss = () => eigenvalues.reduce((sum, value, i) => sum + (value / eigenvalues[0]) * m[i], 0);
      const first = loss();
      let t = 0;
      let before = 0;
      for (const { logLoss, shares } of decoupledLoss(eigenvalues, step)) {
        if (t <= 3) {
          const whole = loss();
          const expected = Math.log(whole / first);
          if (whole > 1e-200) {
            expect(Math.abs(logLoss - expected)).toBeLessThanOrEqual(1e-11 * (1 + Math.abs(expected)));
            for (const [i, share] of shares.entries()) {
              expect(Math.abs(share - ((eigenvalues[i] / eigenvalues[0]) * m[i]) / whole)).toBeLessThan(
                1e-11,
              );
            }
          }
          const a = Array.from(eigenvalues, (value) => step.learningRate * value);
          const total = a.reduce((sum, size, i) => sum + size * m[i], 0);
          m = m.map((value, i) => (1 - a[i]) ** 2 * value + step.noise * a[i] * total);
        }
        if (t === 400) {
          const factor = Math.exp(logLoss - before);
          // the rate is approached from either side; where it has arrived, so have the shares
          if (growth.value > 1.5 && step.noise > 0) {
            expect(Math.abs(factor / growth.value - 1)).toBeLessThan(1e-6);
          }
          break;
        }
        before = logLoss;
        t++;
      }
    }),
    { numRuns: 200 },
  );
});

test("D_k(∞) is where D_k(t) arrives, and above the paper's bound by what the closed form says", () => {
  const eigenvalues = Float64Array.from({ length: 40 }, (_, k) => 1 / (k + 1));
  const frobenius = Math.sqrt(eigenvalues.reduce((sum, value) => sum + value * value, 0));
  const step = { learningRate: 1.5 / frobenius, noise: 1 };
  const growth = defined(decoupledGrowth(eigenvalues, step));
  expect(growth.value).toBeGreaterThan(1);
  let last = new Float64Array();
  let t = 0;
  for (const { shares } of decoupledLoss(eigenvalues, step)) {
    last = Float64Array.from(shares);
    if (t++ === 3000) break;
  }
  for (const k of [1, 5, 10]) {
    const limit = defined(decoupledLimit(growth, k));
    expect(defined(flatOverSharp(last, k)) / limit).toBeCloseTo(1, 10);
    // s_i = λ_i²/(ρ − (1−ηλ_i)²), whose denominators lie between these two
    const stays = Array.from(eigenvalues, (value) => growth.value - (1 - step.learningRate * value) ** 2);
    const bound = defined(paperBound(eigenvalues, k));
    expect(limit).toBeGreaterThanOrEqual((bound * Math.min(...stays)) / Math.max(...stays));
    expect(limit).toBeLessThanOrEqual((bound * Math.max(...stays)) / Math.min(...stays));
  }
  expect(defined(paperBound(eigenvalues, 1))).toBeCloseTo(frobenius ** 2 - 1, 12);
});

describe("where the answer is known", () => {
  test("equal eigenvalues: ρ = (1−a)² + c·n·a², shared evenly", () => {
    const growth = defined(decoupledGrowth(new Float64Array(7).fill(3), { learningRate: 0.5, noise: 0.2 }));
    expect(growth.value).toBeCloseTo(0.25 + 0.2 * 7 * 2.25, 14);
    expect(growth.shares).toEqual(new Float64Array(7).fill(1 / 7));
    expect(decoupledLimit(growth, 3)).toBeCloseTo(4 / 3, 14);
    expect(decoupledLimit(growth, 7)).toBe(0);
    expect(decoupledLimit(growth, 70)).toBe(0);
  });

  test("no noise: GD, along the sharpest above the edge, the flattest below it", () => {
    const eigenvalues = Float64Array.of(2, 1, 0.5, 0);
    const sharp = defined(decoupledGrowth(eigenvalues, { learningRate: 1.2, noise: 0 }));
    expect(sharp.value).toBeCloseTo(1.4 ** 2, 14);
    expect(decoupledLimit(sharp, 1)).toBe(0);
    const flat = defined(decoupledGrowth(eigenvalues, { learningRate: 0.1, noise: 0 }));
    expect(flat.value).toBeCloseTo(0.95 ** 2, 14);
    expect(decoupledLimit(flat, 2)).toEqual({ undefined: "the sharpest 2 carry none of the loss" });
    expect(decoupledLimit(flat, 3)).toBe(0);
    expect(gradientDescentGrowth(eigenvalues, 1.2)).toBeCloseTo(1.96, 14);
    expect(gradientDescentGrowth(new Float64Array(3), 1.2)).toHaveProperty("undefined");
  });

  test("spectra over hundreds of decades, steps near 0 and near overflow", () => {
    const wide = Float64Array.from({ length: 300 }, (_, k) => 10 ** (50 - k));
    for (const learningRate of [1e-200, 1e-60, 1e-50, 1e-49, 1e80]) {
      const growth = defined(decoupledGrowth(wide, { learningRate, noise: 1 }));
      const shares = growth.shares as Float64Array;
      expect(Number.isFinite(growth.value) && shares.every((share) => share >= 0 && share <= 1)).toBe(true);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    }
    // ηλ₁ = 1e-200: the step is tiny against 1, and the flattest direction decays least
    const { value } = defined(decoupledGrowth(Float64Array.of(1, 0.5), { learningRate: 1e-200, noise: 1 }));
    expect(value).toBe(1);
  });

  test("a million eigenvalues", () => {
    const many = Float64Array.from({ length: 1e6 }, (_, k) => 1 / (k + 1));
    const growth = defined(decoupledGrowth(many, { learningRate: 1.2, noise: 1 }));
    expect(Math.abs(growth.value - naiveRoot(many.subarray(0, 4000), 1.2, 1))).toBeLessThan(1e-3);
    expect(growth.value).toBeGreaterThan(1);
  });

  test("nothing moves at η = 0, nothing where G = 0; what makes no sense is refused", () => {
    const still = defined(decoupledGrowth(Float64Array.of(1), { learningRate: 0, noise: 1 }));
    expect(still.value).toBe(1);
    expect(decoupledLimit(still, 1)).toEqual({ undefined: "a learning rate of 0 moves nothing" });
    const step = { learningRate: 1, noise: 1 };
    for (const none of [new Float64Array(2), new Float64Array(0)]) {
      expect(decoupledGrowth(none, step)).toHaveProperty("undefined");
      expect(paperBound(none, 1)).toHaveProperty("undefined");
      expect(() => decoupledLoss(none, step).next()).toThrow("expected a loss to begin with");
    }
    for (const wrong of [[1, 2], [-1], [Number.NaN], [2, Number.NaN], [Infinity]]) {
      expect(() => decoupledGrowth(Float64Array.from(wrong), step)).toThrow(
        "numbers from 0 to 1e300, descending",
      );
    }
    for (const wrong of [
      { noise: -0.1 },
      { noise: 2 },
      { noise: Number.NaN },
      { learningRate: -1 },
      { learningRate: 1e141 },
    ]) {
      expect(() => decoupledGrowth(Float64Array.of(1), { ...step, ...wrong })).toThrow(RangeError);
    }
  });

  test("one direction at ηλ = 1 without noise: the loss is gone in a step", () => {
    const path = decoupledLoss(Float64Array.of(2), { learningRate: 0.5, noise: 0 });
    path.next();
    const { logLoss, shares } = path.next().value;
    expect([logLoss, shares[0]]).toEqual([-Infinity, 0]);
    expect(flatOverSharp(shares, 1)).toEqual({ undefined: "the loss is zero" });
  });

  test("c of a batch: 1/B with replacement, (n−B)/(B(n−1)) without, 0 of one sample", () => {
    expect(batchNoise(10, { batchSize: 4, replacement: true })).toBe(0.25);
    expect(batchNoise(10, { batchSize: 4, replacement: false })).toBeCloseTo(6 / 36, 15);
    expect(batchNoise(10, { batchSize: 10, replacement: false })).toBe(0);
    expect(batchNoise(10, { batchSize: 40, replacement: true })).toBe(1 / 40);
    expect([true, false].map((replacement) => batchNoise(1, { batchSize: 1, replacement }))).toEqual([0, 0]);
    expect(() => batchNoise(1, { batchSize: 2, replacement: false })).toThrow(RangeError);
  });
});
