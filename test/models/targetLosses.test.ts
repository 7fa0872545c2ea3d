import fc from "fast-check";
import { expect, test } from "vitest";
import { targetLosses } from "../../src/models/targetLosses.ts";

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

test("the square loss of the mean is the least of all constant predictions, and 0 where targets are equal", () => {
  const rows = fc
    .integer({ min: 1, max: 3 })
    .chain((outputs) =>
      fc.array(
        fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: outputs, maxLength: outputs }),
        { minLength: 1, maxLength: 12 },
      ),
    );
  fc.assert(
    fc.property(rows, fc.double({ min: -1, max: 1, noNaN: true }), (targets, shift) => {
      const outputs = targets[0].length;
      const { ofMean, least } = targetLosses(Float64Array.from(targets.flat()), outputs, "mse");
      const mean = targets[0].map((_, c) => sum(targets.map((row) => row[c])) / targets.length);
      const lossOf = (prediction: readonly number[]) =>
        sum(targets.flatMap((row) => row.map((y, c) => (prediction[c] - y) ** 2 / 2))) / targets.length;
      expect(Math.abs(ofMean - lossOf(mean))).toBeLessThan(1e-12);
      expect(ofMean).toBeLessThanOrEqual(lossOf(mean.map((value) => value + shift)) + 1e-12);
      expect(least).toBe(0);
    }),
  );
  expect(targetLosses(Float64Array.of(3, 3, 3), 1, "mse").ofMean).toBe(0);
});

test("cross-entropy: entropy of the mean, and that of the targets below it", () => {
  const classes = targetLosses(Float64Array.of(1, 0, 0, 1, 1, 0, 1, 0), 2, "cross-entropy");
  expect(classes.ofMean).toBeCloseTo(-0.75 * Math.log(0.75) - 0.25 * Math.log(0.25), 14);
  expect(classes.least).toBe(0);
  const soft = targetLosses(Float64Array.of(0.9, 0.1, 0.2, 0.8), 2, "cross-entropy");
  const entropy = (p: number) => -p * Math.log(p) - (1 - p) * Math.log(1 - p);
  expect(soft.least).toBeCloseTo((entropy(0.9) + entropy(0.2)) / 2, 14);
  expect(soft.ofMean).toBeCloseTo(entropy(0.55), 14);
  const equal = targetLosses(Float64Array.of(0.7, 0.3, 0.7, 0.3), 2, "cross-entropy");
  expect(equal.ofMean).toBe(equal.least);
});
