import { describe, expect, it } from "vitest";
import { normalCdf, normalDensity } from "../../src/models/normalDistribution.ts";

/** Φ(z) to 17 digits, by mpmath at 40 digits. */
const published: readonly (readonly [number, number])[] = [
  [-36, 4.182624065797283e-284],
  [-20, 2.7536241186062337e-89],
  [-10, 7.619853024160525e-24],
  [-5, 2.866515718791939e-7],
  [-3, 0.0013498980316300946],
  [-2.625, 0.004332448363012558],
  [-2.5, 0.006209665325776135],
  [-2.375, 0.008774475095738362],
  [-2, 0.02275013194817921],
  [-1, 0.15865525393145705],
  [-0.5, 0.3085375387259869],
  [-1e-8, 0.4999999960105772],
  [0, 0.5],
  [1e-8, 0.5000000039894228],
  [0.25, 0.5987063256829237],
  [1, 0.8413447460685429],
  [2, 0.9772498680518208],
  [2.5, 0.9937903346742238],
  [3, 0.9986501019683699],
  [5, 0.9999997133484281],
  [9, 1.0],
];

describe("normal distribution function", () => {
  it.each(published)("has Φ(%d)", (z, expected) => {
    expect(Math.abs(normalCdf(z) / expected - 1)).toBeLessThan(1e-13);
  });

  it("is symmetric and monotone, across the seam of its two forms too", () => {
    let previous = 0;
    for (let z = -37; z <= 9; z += 1 / 64) {
      const value = normalCdf(z);
      expect(value).toBeGreaterThanOrEqual(previous);
      expect(Math.abs(value + normalCdf(-z) - 1)).toBeLessThan(4 * Number.EPSILON);
      previous = value;
    }
  });

  it("has the density as its derivative", () => {
    const h = 1e-3;
    for (let z = -6; z <= 6; z += 0.25) {
      const slope =
        (8 * (normalCdf(z + h) - normalCdf(z - h)) - (normalCdf(z + 2 * h) - normalCdf(z - 2 * h))) /
        (12 * h);
      expect(Math.abs(slope - normalDensity(z))).toBeLessThan(2e-12);
    }
  });

  it("keeps NaN and reaches its limits", () => {
    expect(normalCdf(Number.NaN)).toBeNaN();
    expect(normalCdf(-Infinity)).toBe(0);
    expect(normalCdf(Infinity)).toBe(1);
  });
});
