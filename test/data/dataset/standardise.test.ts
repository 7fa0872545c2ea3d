import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Grouping } from "../../../src/data/dataset/featureGroups.ts";
import { wholeInputs } from "../../../src/data/dataset/inputBlocks.ts";
import { selectInputs } from "../../../src/data/dataset/selectInputs.ts";
import { standardisationOf } from "../../../src/data/dataset/standardise.ts";
import type { StoredSamples } from "../../../src/data/dataset/stored.ts";
import { memoryRows, type StoredNumbers } from "../../../src/data/rowSource.ts";
import { InputError } from "../../../src/inputError.ts";
import { createStream } from "../../../src/random/index.ts";

const stored = (inputShape: readonly number[], values: StoredNumbers, divisor = 1): StoredSamples => {
  const rows = memoryRows(
    values,
    inputShape.reduce((product, length) => product * length, 1),
  );
  return { name: "d", count: rows.count, inputShape, rows, divisor };
};

const inputsOf = (...words: Parameters<typeof selectInputs>) => wholeInputs(selectInputs(...words));

/** Indices into a sample's features, group by group, written out. */
function groupsOf(shape: readonly number[], by: Grouping): number[][] {
  const features = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, k) => k);
  if (by === "global") return [features];
  if (by === "feature") return features.map((k) => [k]);
  return Array.from({ length: shape[0] }, (_, c) =>
    features.filter((k) => Math.floor(k / (features.length / shape[0])) === c),
  );
}

/** Mean and variance (divisor n) of the numbers of one group over samples that lie one after another. */
function meanAndVariance(inputs: ArrayLike<number>, features: number, group: readonly number[]) {
  const numbers: number[] = [];
  for (let start = 0; start < inputs.length; start += features)
    numbers.push(...group.map((k) => inputs[start + k]));
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  return { numbers, mean, variance: numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length };
}

const problems = fc.record({
  shape: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
  n: fc.integer({ min: 1, max: 20 }),
  by: fc.constantFrom<Grouping>("global", "channel", "feature"),
  exponent: fc.integer({ min: -200, max: 200 }),
  offset: fc.double({ min: -10, max: 10, noNaN: true }),
  seed: fc.nat(),
});

describe("statistics of the samples chosen", () => {
  test("give mean 0 and variance 1 in each group at any scale; a constant becomes exactly 0", () => {
    fc.assert(
      fc.property(problems, ({ shape, n, by, exponent, offset, seed }) => {
        const features = shape.reduce((a, b) => a * b, 1);
        const stream = createStream(seed);
        const all = stream
          .gaussians(new Float64Array(2 * n * features))
          .map((x) => (x + offset) * 10 ** exponent);
        const data = stored(shape, all);
        const indices = stream.permutation(2 * n).slice(0, n);
        const standardisation = standardisationOf(data, indices, by);
        const inputs = inputsOf(data, indices, "float64", standardisation);
        for (const [g, group] of groupsOf(shape, by).entries()) {
          // a mean is a float64: two numbers that nearly agree far from 0 are centred to that rounding
          const rounding =
            (Number.EPSILON * Math.abs(standardisation.mean[g])) / standardisation.deviation[g];
          const { numbers, mean, variance } = meanAndVariance(inputs, features, group);
          if (numbers.length === 1) expect(numbers).toEqual([0]);
          else {
            expect(Math.abs(mean)).toBeLessThan(Math.max(1e-12, rounding));
            expect(Math.abs(variance - 1)).toBeLessThan(1e-12);
          }
        }
      }),
    );
  });

  test("are the plain mean and deviation, in units of the inputs (pixels over 255)", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 24, maxLength: 24 }),
        fc.constantFrom<Grouping>("global", "channel", "feature"),
        (pixels, by) => {
          const data = stored([2, 1, 3], pixels, 255);
          const { mean, deviation } = standardisationOf(data, Int32Array.of(0, 1, 2, 3), by);
          for (const [g, group] of groupsOf([2, 1, 3], by).entries()) {
            const plain = meanAndVariance(
              Array.from(pixels, (pixel) => pixel / 255),
              6,
              group,
            );
            expect(Math.abs(mean[g] - plain.mean)).toBeLessThan(1e-15);
            const expected = Math.sqrt(plain.variance);
            // a naive variance of equal numbers is rounding, ours is 0 and the deviation 1
            if (new Set(plain.numbers).size === 1) expect(deviation[g]).toBe(1);
            else expect(Math.abs(deviation[g] - expected)).toBeLessThan(1e-14);
          }
        },
      ),
    );
  });

  test("a constant that no binary number hits, and one in a single group", () => {
    const data = stored([2], Float64Array.of(0.1, 1, 0.1, 2, 0.1, 6));
    const all = Int32Array.of(0, 1, 2);
    const standardisation = standardisationOf(data, all, "feature");
    expect(standardisation.deviation[0]).toBe(1);
    const inputs = inputsOf(data, all, "float64", standardisation);
    expect([inputs[0], inputs[2], inputs[4]]).toEqual([0, 0, 0]);
  });

  test("numbers that no float64 can describe are refused", () => {
    const wide = stored([1], Float64Array.of(-1.5e308, 1.5e308));
    expect(() => standardisationOf(wide, Int32Array.of(0, 1), "global")).toThrow(/whose spread fits float64/);
    const broken = stored([2], Float64Array.of(0, 1, 2, Number.NaN));
    const refusal = new InputError(
      "d: expected finite inputs, got NaN in sample 1; drop or repair that sample",
    );
    expect(() => standardisationOf(broken, Int32Array.of(0, 1), "global")).toThrow(refusal);
    expect(() => inputsOf(broken, Int32Array.of(0, 1), "float64")).toThrow(refusal);
    expect(inputsOf(broken, Int32Array.of(0), "float64")).toEqual(Float64Array.of(0, 1));
  });
});

test("inputs are rounded once, to the precision asked for", () => {
  const data = stored([3], Uint8Array.of(1, 2, 254), 255);
  const doubles = [1, 2, 254].map((pixel) => pixel / 255);
  expect(inputsOf(data, Int32Array.of(0), "float64")).toEqual(Float64Array.from(doubles));
  expect(inputsOf(data, Int32Array.of(0), "float32")).toEqual(Float32Array.from(doubles));
});

test("numbers beyond float32 are refused there, not turned into Infinity", () => {
  const data = stored([1], Float64Array.of(1, 1e300));
  expect(() => inputsOf(data, Int32Array.of(0, 1), "float32")).toThrow(
    "d: expected inputs that fit float32, got 1e+300 in sample 1; scale them down",
  );
  expect(inputsOf(data, Int32Array.of(1), "float64")).toEqual(Float64Array.of(1e300));
});

test("statistics of inputs of another shape are refused", () => {
  const training = stored([2, 3], new Float64Array(12));
  const test = stored([3, 2], new Float64Array(12));
  const standardisation = standardisationOf(training, Int32Array.of(0, 1), "channel");
  expect(() => inputsOf(test, Int32Array.of(0), "float64", standardisation)).toThrow(
    "d: expected inputs of 2×3, as in the training data that they are standardised by, got 3×2",
  );
});
