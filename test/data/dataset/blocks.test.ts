/** Inputs a block at a time, from memory and from files, against all of them computed at once in float64. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { blocksSubset } from "../../../src/data/dataset/dataset.ts";
import { featureGroups } from "../../../src/data/dataset/featureGroups.ts";
import { openBlocks } from "../../../src/data/dataset/openDataset.ts";
import type { Standardisation } from "../../../src/data/dataset/standardise.ts";
import { type DatasetConfig, encodeNpz, openDataset } from "../../../src/data/index.ts";
import { scratchFolder } from "../../cli/noisegeo.ts";
import { cifarFile, writeIdxSplit } from "../imageFixtures.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const at = (...parts: string[]) => join(scratch.path, ...parts);

const count = 23;
const pixels = Array.from({ length: count * 6 }, (_, k) => (k * k * 31 + 7 * k) % 256);
const labels = Array.from({ length: count }, (_, i) => (i * i) % 5);
const reals = Float64Array.from(pixels, (pixel, k) => Math.sin(pixel + k) * 10 ** (k % 7));
const batches = [Array.from({ length: 9 }, (_, i) => i % 4), [], Array.from({ length: 6 }, (_, i) => i % 3)];

/** Every stored number of a set, its divisor and the sets that hold it. */
const sources: { config: DatasetConfig; stored: ArrayLike<number>; divisor: number }[] = [];

beforeAll(async () => {
  for (const compressed of [false, true]) {
    const folder = at(compressed ? "gz" : "plain");
    writeIdxSplit(folder, "train", { labels, pixels }, [2, 3], compressed);
    sources.push({ config: { name: "mnist", folder }, stored: pixels, divisor: 255 });
  }
  const records = batches.map((batch, k) => cifarFile(batch, k));
  for (const [k, batch] of records.entries()) writeFileSync(at(`data_batch_${k}.bin`), batch);
  const planes = records.flatMap((batch) => Array.from(batch).filter((_, k) => k % 3073 > 0));
  sources.push({ config: { name: "cifar10", folder: scratch.path }, stored: planes, divisor: 255 });
  const y = { data: Int32Array.from(labels), shape: [count] };
  const shape = [count, 3, 2];
  for (const [name, data] of [
    ["bytes", Uint8Array.from(pixels)],
    ["float32", Float32Array.from(reals)],
    ["float64", reals],
    ["int64", BigInt64Array.from(pixels, BigInt)],
  ] as const) {
    for (const compressed of [false, true]) {
      const file = at(`${name}${compressed}.npz`);
      writeFileSync(file, await encodeNpz({ x: { data, shape }, y }, { compressed }));
      sources.push({ config: { name: "npz", file }, stored: Array.from(data, Number), divisor: 1 });
    }
  }
});

const selections = fc.record({
  source: fc.nat(10),
  samples: fc.integer({ min: 1, max: 14 }),
  seed: fc.option(fc.nat(50), { nil: undefined }),
  classes: fc.constantFrom(undefined, [0, 1], [1]),
  standardise: fc.constantFrom("none", "global", "channel", "feature"),
  precision: fc.constantFrom("float32", "float64"),
  hold: fc.constantFrom(0, Infinity),
});

/** (x/divisor − mean)/deviation of one sample. */
function input(
  stored: ArrayLike<number>,
  divisor: number,
  sample: number,
  shape: readonly number[],
  standardisation: Standardisation | undefined,
): number[] {
  const width = shape.reduce((product, size) => product * size, 1);
  const { of } = featureGroups(shape, standardisation?.by ?? "global");
  const { mean, deviation } = standardisation ?? { mean: [0], deviation: [1] };
  return Array.from(
    { length: width },
    (_, k) => (stored[sample * width + k] / divisor - mean[of[k]]) / deviation[of[k]],
  );
}

test("any block is, to the bit, what the whole has there, wherever it lies", async () => {
  await fc.assert(
    fc.asyncProperty(
      selections,
      fc.array(fc.nat(), { minLength: 1, maxLength: 40 }),
      async ({ source: which, samples, precision, hold, ...selection }, draws) => {
        const { config, stored, divisor } = sources[which % sources.length];
        const all = await openDataset({ ...config, classes: selection.classes }, { precision });
        const wanted = { ...config, ...selection, samples: Math.min(samples, all.count) };
        const whole = await openDataset(wanted, { precision });
        const { inputs, close, ...blocks } = await openBlocks(wanted, { precision, hold });
        try {
          const { inputs: array, ...rest } = whole;
          expect(blocks).toEqual(rest);
          expect(inputs.count).toBe(whole.count);
          expect(inputs.heldBytes > 0).toBe(hold > 0);
          const block = Int32Array.from(draws, (draw) => draw % whole.count);
          const target = array.slice(0, 0).constructor as typeof Float32Array;
          const found = new target(block.length * inputs.width);
          inputs.read(block, found);
          const view = blocksSubset({ ...blocks, inputs }, block);
          const viewed = new target(inputs.width);
          view.inputs.read(Int32Array.of(block.length - 1), viewed);
          expect(viewed).toEqual(found.slice(-inputs.width));
          const naive = naiveInputs(stored, divisor, whole.inputShape, whole.standardisation);
          for (const [k, sample] of block.entries()) {
            const row = array.subarray(sample * inputs.width, (sample + 1) * inputs.width);
            expect(found.subarray(k * inputs.width, (k + 1) * inputs.width)).toEqual(row);
            expect(naive.has(Array.from(row, Math.fround).join())).toBe(true);
          }
        } finally {
          await close();
        }
      },
    ),
    { numRuns: 100 },
  );
});

/** All samples of the set, rounded to float32 for comparing. */
function naiveInputs(
  stored: ArrayLike<number>,
  divisor: number,
  shape: readonly number[],
  standardisation: Standardisation | undefined,
): Set<string> {
  const width = shape.reduce((product, size) => product * size, 1);
  return new Set(
    Array.from({ length: stored.length / width }, (_, sample) =>
      input(stored, divisor, sample, shape, standardisation).map(Math.fround).join(),
    ),
  );
}

test("an input that is no number is found when the file is opened, not in the middle of work", async () => {
  const file = at("nan.npz");
  const data = Float32Array.from(reals);
  data[6 * 17 + 3] = Number.NaN;
  const y = { data: Int32Array.from(labels), shape: [count] };
  writeFileSync(file, await encodeNpz({ x: { data, shape: [count, 6] }, y }));
  for (const hold of [0, Infinity]) {
    await expect(openBlocks({ name: "npz", file }, { precision: "float32", hold })).rejects.toThrow(
      `${file}: expected finite inputs, got NaN in sample 17; drop or repair that sample`,
    );
  }
});
