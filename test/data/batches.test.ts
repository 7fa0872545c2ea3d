import { describe, expect, test } from "vitest";
import { batchesByStep, batchSampler } from "../../src/data/batches.ts";
import { createStream } from "../../src/random/index.ts";

const options = (batchSize: number, replacement: boolean) => ({
  samples: 10,
  batchSize,
  replacement,
  stream: createStream(4).split(batchSize, String(replacement)),
});

/** Both ways to draw, as one function for the next batch. */
const samplers = {
  batchSampler,
  batchesByStep(options: Parameters<typeof batchesByStep>[0]) {
    const batch = batchesByStep(options);
    let step = 0;
    return () => batch(step++);
  },
};

describe.each([
  ["batchSampler", true],
  ["batchSampler", false],
  ["batchesByStep", true],
  ["batchesByStep", false],
] as const)("%s, replacement: %s", (name, replacement) => {
  const sampler = samplers[name];

  test("every sample is as likely as every other", () => {
    const draws = 20_000;
    const next = sampler(options(3, replacement));
    const counts = new Array(10).fill(0);
    for (let k = 0; k < draws; k++) for (const i of next()) counts[i]++;
    const expected = (draws * 3) / 10;
    // counts are binomial or narrower: 5 standard deviations over 10 samples at a fixed seed
    for (const count of counts)
      expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected * 0.9));
  });

  test("variance of the batch mean is that of docs/theory.md §1: Σ/B, times (n−B)/(n−1) without replacement", () => {
    const [draws, batchSize] = [40_000, 4];
    const next = sampler(options(batchSize, replacement));
    const value = (i: number) => i - 4.5;
    const variance = 8.25;
    let squares = 0;
    for (let k = 0; k < draws; k++)
      squares += (next().reduce((sum, i) => sum + value(i), 0) / batchSize) ** 2 / draws;
    const expected = (variance / batchSize) * (replacement ? 1 : (10 - batchSize) / 9);
    expect(Math.abs(squares / expected - 1)).toBeLessThan(5 * Math.sqrt(2 / draws));
  });
});

test.each(["batchSampler", "batchesByStep"] as const)(
  "%s: without replacement no sample comes twice, and a full batch is everything",
  (name) => {
    const next = samplers[name](options(10, false));
    for (let k = 0; k < 100; k++) expect(new Set(next()).size).toBe(10);
  },
);

test.each([true, false])(
  "batches of a step do not depend on those drawn before, replacement: %s",
  (replacement) => {
    const inOrder = batchesByStep(options(4, replacement));
    const drawn = Array.from({ length: 20 }, (_, step) => [...inOrder(step)]);
    const another = batchesByStep(options(4, replacement));
    for (const step of [13, 2, 19, 2, 0]) expect([...another(step)]).toEqual(drawn[step]);
    expect(new Set(drawn.map(String)).size).toBe(20);
  },
);

test("sizes that do not fit throw", () => {
  expect(() => batchSampler(options(11, false))).toThrow(RangeError);
  expect(() => batchSampler(options(0, true))).toThrow(RangeError);
  expect(() => batchSampler(options(1.5, true))).toThrow("batchSize");
  expect(() => batchesByStep(options(11, false))).toThrow(
    "batchSize: expected an integer in [1, 10], got 11",
  );
  for (const samples of [0, 2.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    for (const replacement of [true, false]) {
      expect(() => batchSampler({ ...options(1, replacement), samples })).toThrow(
        new RangeError(`samples: expected a positive integer, got ${samples}`),
      );
    }
  }
});
