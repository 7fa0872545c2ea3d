import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { smallRun, writeClasses } from "../runs/trainFixtures.ts";
import { noisegeo, scratchFolder } from "./noisegeo.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const cwd = scratch.path;
const mebibyte = 2 ** 20;
/** What the program takes by itself (docs/scale.md). */
const base = 400 * mebibyte;

beforeAll(async () => {
  await writeClasses(join(cwd, "classes.npz"), 6000, [3]);
  writeFileSync(join(cwd, "run.yaml"), smallRun.replace(/instruments:[\s\S]*/, ""));
  const { code, stderr } = await noisegeo(["train", "run.yaml", "--out", "run"], { cwd });
  expect(code, stderr).toBe(0);
});

const measure = (...words: string[]) => noisegeo(["measure", "--run", "run", ...words], { cwd });
const documentOf = async (...words: string[]) => {
  const { code, stdout, stderr } = await measure(...words, "--json", "-");
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
};

describe("measure --memory", () => {
  test("takes tiles where K would not fit, and gives the same numbers", async () => {
    const [whole, bounded] = [
      await documentOf("--samples", "1200"),
      await documentOf("--samples", "1200", "--memory", "40M"),
    ];
    expect(whole.memory).toBeUndefined();
    expect(bounded.memory).toEqual({ limit: 40 * mebibyte, peak: expect.any(Number) });
    expect(bounded.estimate.exact).toBe(true);
    for (const [section, name] of [
      ["lossAlignment", "covariance"],
      ["lossAlignment", "secondMoment"],
      ["gaussNewton", "frobenius"],
      ["gaussNewton", "trace"],
      ["noise", "trace"],
      ["noise", "gradientNormSquared"],
    ]) {
      expect(Math.abs(bounded[section][name] / whole[section][name] - 1), name).toBeLessThan(1e-10);
    }
    const roomy = await documentOf("--samples", "1200", "--memory", "2G");
    expect(roomy.gaussNewton).toEqual(whole.gaussNewton);
  });

  test("keeps within it, beside what the program takes by itself, where K alone would be 1.1 GiB", async () => {
    const { memory, samples } = await documentOf("--memory", "120M");
    expect(samples).toBe(6000);
    expect(memory.peak).toBeLessThan(120 * mebibyte + base);
  });

  test("says so in the table", async () => {
    const { stdout } = await measure("--samples", "50", "--memory", "1.5G");
    expect(stdout).toMatch(
      /\npeak memory \d+(\.\d+)?M, of which the program takes up to 400M; --memory 1\.5G\n$/,
    );
  });

  test.each([
    [
      ["--memory", "100K"],
      /^noisegeo: --memory: expected at least \S+ for 6000 samples and 26 parameters, got 100K; give more --memory, fewer --samples, or --estimate/,
    ],
    [
      ["--memory", "100M", "--certificate"],
      /^noisegeo: --memory: expected at least 6\.\d+G with --certificate, which needs all of K, got 100M/,
    ],
    [["--memory", "2 cats"], /expected a size such as 500M or 2G/],
  ])("%j is refused in one line", async (words, message) => {
    const { code, stderr } = await measure(...words);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
