/** How many sums an estimate keeps, whatever the number of pairs. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blockGrams } from "../../src/geometry/estimate/blockGrams.ts";
import { skewedMean } from "../../src/geometry/estimate/blockMean.ts";
import { lossDraws } from "../../src/geometry/estimate/draws.ts";
import { type PairSums, pairSums } from "../../src/geometry/estimate/pairSums.ts";
import { sampledPairs, samplingPlan } from "../../src/geometry/estimate/sampledPairs.ts";
import { exactPart } from "../../src/geometry/estimate/sweeps.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { createStream } from "../../src/random/index.ts";
import { jacobianLinearization } from "../reference/jacobianLinearization.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

const names = ["frobeniusSquared", "alignedTrace", "trace", "noiseTrace"] as const;

const problem = (samples: number, outputs = 1) => {
  const draws = createStream(5);
  const row = () => Array.from({ length: 3 }, () => draws.gaussian());
  return {
    outputs,
    jacobian: Array.from({ length: samples * outputs }, row),
    residuals: draws.gaussians(new Float64Array(samples * outputs)),
  };
};

async function drawn(blocks: number) {
  const linearization = jacobianLinearization(problem(20));
  const grams = await blockGrams(linearization, await exactPart(linearization), Int32Array.of(0, 1, 2));
  const draw = lossDraws(linearization);
  const stream = createStream(1);
  const plan = { pairs: blocks, blocks, blockSamples: 2 };
  const result = await sampledPairs(plan, draw, grams, undefined, 20, { stream });
  const each: PairSums[] = [];
  const seen = new Set<number>();
  for (let b = 0; b < blocks; b++) {
    const { samples, weights } = draw(2, stream.split(b));
    for (const sample of samples) seen.add(sample);
    each.push(pairSums({ ...(await grams.of(samples)), weights }, 20));
  }
  return { ...result, each, seen };
}

describe("sums of blocks", () => {
  test("up to 512 blocks leave one each", async () => {
    const { sums, each, seen, samplesUsed } = await drawn(512);
    expect(sums).toEqual(each);
    expect(samplesUsed).toBe(seen.size);
  });

  test("of more, neighbours leave their mean", async () => {
    const { sums, each } = await drawn(1026);
    expect(sums).toHaveLength(342);
    for (const [k, sum] of sums.entries()) {
      const together = each.slice(3 * k, 3 * k + 3);
      for (const name of names) {
        const mean = together.reduce((total, one) => total + one[name] / 3, 0);
        const size = together.reduce((total, one) => total + Math.abs(one[name]), 0);
        expect(Math.abs(sum[name] - mean), name).toBeLessThanOrEqual(1e-15 * size);
      }
    }
  });

  test("a plan draws the pairs asked for in equally many blocks a sum", () => {
    fc.assert(
      fc.property(fc.integer({ min: 5000, max: 1e9 }), fc.integer({ min: 1, max: 400 }), (pairs, outputs) => {
        const { blocks, blockSamples, pairs: planned } = samplingPlan(pairs, outputs);
        const each = (blockSamples * (blockSamples - 1)) / 2;
        const needed = Math.max(64, Math.ceil(pairs / each));
        const together = Math.ceil(blocks / 512);
        expect(planned).toBe(blocks * each);
        expect(blocks % together).toBe(0);
        expect(blocks).toBeGreaterThanOrEqual(needed);
        expect(blocks - needed).toBeLessThan(together);
      }),
      { numRuns: 1000 },
    );
  });
});

test("the exact sums lie in 93 to 97 of 100 intervals over means of blocks, 1,000 repetitions", async () => {
  const linearization = jacobianLinearization(problem(20));
  const everyone = Int32Array.from({ length: 20 }, (_, i) => i);
  const grams = await blockGrams(linearization, await exactPart(linearization), everyone);
  const pairsOfTwo = await Promise.all(
    Array.from({ length: 400 }, (_, k) => grams.of(Int32Array.of(Math.floor(k / 20), k % 20))),
  );
  const remembered = { ...grams, of: async ([i, j]: Int32Array) => pairsOfTwo[20 * i + j] };
  const whole = { ...(await grams.of(everyone)), weights: new Float64Array(20).fill(1) };
  const all = pairSums(whole, 20);
  const exact = { trace: all.trace, noiseTrace: all.noiseTrace };
  const held = { trace: 0, noiseTrace: 0 };
  const plan = { pairs: 1026, blocks: 1026, blockSamples: 2 };
  for (let seed = 0; seed < 1000; seed++) {
    const { sums } = await sampledPairs(plan, lossDraws(linearization), remembered, undefined, 20, {
      stream: createStream(seed),
    });
    for (const name of ["trace", "noiseTrace"] as const) {
      const { low, high } = skewedMean(sums.map((sum) => sum[name])).interval;
      if (low <= exact[name] && exact[name] <= high) held[name]++;
    }
  }
  for (const [name, count] of Object.entries(held)) {
    expect(count / 1000, name).toBeGreaterThanOrEqual(0.93);
    expect(count / 1000, name).toBeLessThanOrEqual(0.97);
  }
});
