import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeNpy } from "../../src/data/index.ts";
import { createStream } from "../../src/random/index.ts";
import { explicitDynamics, explicitGrowthRate, explicitThreshold } from "../reference/explicitDynamics.ts";
import { explicitGeometry, explicitLossAlignment, frobenius } from "../reference/explicitGeometry.ts";
import { noisegeo, scratchFolder } from "./noisegeo.ts";

const folder = scratchFolder();
afterAll(() => folder.remove());
const cwd = folder.path;

const [n, outputs, p] = [6, 2, 5];
const stream = createStream(23);
const jacobian = stream.gaussians(new Float64Array(n * outputs * p));
const rows = Array.from({ length: n * outputs }, (_, i) => Array.from(jacobian.subarray(i * p, (i + 1) * p)));
const explicit = explicitDynamics(rows, outputs);
const spectrum = [0.25, 4, 1, 1, 0]; // in any order

const write = (name: string, bytes: Uint8Array) => writeFileSync(join(cwd, name), bytes);
beforeAll(() => {
  write("J.npy", encodeNpy(jacobian, [n, outputs, p]));
  write("flat.npy", encodeNpy(new Float64Array(6), [2, 3]));
  write("L.npy", encodeNpy(Float64Array.from(spectrum), [5]));
  write("negative.npy", encodeNpy(Float64Array.of(1, -1e-3), [2]));
});
const run = (...words: string[]) => noisegeo(["escape", ...words], { cwd });
const document = async (...words: string[]) => {
  const { code, stdout, stderr } = await run(...words, "--json", "-");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
};

describe("the finite data set", () => {
  test("without replacement: what p²×p² matrices give", async () => {
    const found = await document(
      "--jacobian",
      "J.npy",
      "--learning-rate",
      "0.9",
      "--batch",
      "2",
      "--k",
      "2,1",
    );
    const expected = explicitGrowthRate(explicit, 0.9, (n - 2) / (2 * (n - 1)));
    const stay = Math.max(...explicit.eigenvalues.map((value) => (1 - 0.9 * value) ** 2));
    const squares = explicit.eigenvalues.map((value) => value ** 2);
    expect(found).toEqual({
      schema: 1,
      source: "exact",
      learningRate: 0.9,
      batch: 2,
      replacement: false,
      growthRate: expect.closeTo(expected, 9),
      escapes: expected > 1,
      share: [
        { k: 1, limit: expect.any(Number), paperBound: expect.any(Number) },
        { k: 2, limit: expect.any(Number), paperBound: expect.any(Number) },
      ],
      gradientDescent: { growthRate: expect.closeTo(stay, 10), escapes: stay > 1 },
      undefined: {},
    });
    expect(expected).toBeGreaterThan(1);
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    expect(found.share[0].paperBound).toBeCloseTo(sum(squares.slice(1)) / squares[0], 10);
  });

  test("with replacement; batches of all samples are gradient descent; nothing moves where G = 0", async () => {
    const drawn = await document(
      "--jacobian",
      "J.npy",
      "--learning-rate",
      "0.9",
      "--batch",
      "9",
      "--replacement",
    );
    expect(drawn).toMatchObject({ batch: 9, replacement: true });
    expect(drawn.growthRate).toBeCloseTo(explicitGrowthRate(explicit, 0.9, 1 / 9), 9);
    expect(drawn.share.map(({ k }: { k: number }) => k)).toEqual([1, 5, 10]);
    expect(drawn.share[1]).toEqual({ k: 5, limit: 0, paperBound: 0 });

    const whole = await document("--jacobian", "J.npy", "--learning-rate", "9", "--batch", String(n));
    expect(whole.growthRate).toBe(whole.gradientDescent.growthRate);
    expect(whole.share[0].limit).toBe(0);

    const flat = await document("--jacobian", "flat.npy", "--learning-rate", "1");
    const nothing = { growthRate: null, escapes: null };
    expect(flat).toMatchObject({ ...nothing, gradientDescent: nothing });
    for (const path of ["share[0].limit", "escapes", "gradientDescent.escapes"]) {
      expect(flat.undefined[path]).toContain("Gauss–Newton matrix is zero");
    }
  });
});

test("decoupled noise: with replacement unless the samples are given", async () => {
  const words = ["--eigenvalues", "L.npy", "--learning-rate", "0.6", "--k", "1"];
  const [infinite, finite] = [
    await document(...words),
    await document(...words, "--samples", "5", "--batch", "2"),
  ];
  expect(infinite).toMatchObject({ source: "decoupled", batch: 1, replacement: true });
  expect(finite).toMatchObject({ source: "decoupled", batch: 2, replacement: false });
  for (const [{ growthRate, share, gradientDescent }, c] of [
    [infinite, 1],
    [finite, 3 / 8],
  ]) {
    const stays = spectrum.map((value) => (1 - 0.6 * value) ** 2);
    const over = spectrum.map((value, i) => value ** 2 / (growthRate - stays[i]));
    expect(over.reduce((sum, value) => sum + value * c * 0.36, 0)).toBeCloseTo(1, 12);
    expect(share[0].limit).toBeCloseTo((over[0] + over[2] + over[3]) / over[1], 12);
    expect(share[0].paperBound).toBeCloseTo((0.0625 + 2) / 16, 14);
    // the direction of eigenvalue 0 keeps all it has, which is no loss
    expect(gradientDescent).toEqual({ growthRate: expect.closeTo(1.96, 12), escapes: true });
  }
});

describe("--simulate", () => {
  const exact = ["--jacobian", "J.npy", "--learning-rate", "0.9", "--batch", "2", "--k", "1,2,9"];
  const decoupled = ["--eigenvalues", "L.npy", "--learning-rate", "0.6", "--k", "1,3"];
  test.each([
    ["exact", exact],
    ["decoupled", decoupled],
  ])("D_k and the growth rate come near their limits, with intervals: %s", async (_, words) => {
    const found = await document(...words, "--simulate", "4000", "--steps", "30", "--seed", "2");
    expect(found.undefined).toEqual({});
    const { growthRate, growthRateInterval, ...request } = found.simulation;
    expect(request).toEqual({ trajectories: 4000, steps: 30, seed: 2 });
    expect(growthRateInterval[0]).toBeLessThan(growthRate);
    expect(growthRateInterval[1]).toBeGreaterThan(growthRate);
    expect(Math.abs(growthRate / found.growthRate - 1)).toBeLessThan(0.05);
    for (const { k, limit, simulated, simulatedInterval } of found.share) {
      if (k === 9) expect([limit, simulated, simulatedInterval]).toEqual([0, 0, [0, 0]]);
      else {
        expect(Math.abs(simulated / limit - 1)).toBeLessThan(0.15);
        expect(simulatedInterval[0]).toBeLessThan(simulated);
        expect(simulatedInterval[1]).toBeGreaterThan(simulated);
        // no interval so wide that it says nothing
        expect(simulatedInterval[1] / simulatedInterval[0]).toBeLessThan(1.6);
      }
    }
    // the rest is what it is without a simulation
    const { simulation, ...rest } = found;
    const plain = await document(...words);
    for (const [k, share] of plain.share.entries()) expect(rest.share[k]).toMatchObject(share);
    expect({ ...rest, share: plain.share }).toEqual(plain);
  });

  test("the same seed gives the same numbers, another gives others", async () => {
    const of = (seed: string) => document(...exact, "--simulate", "100", "--steps", "8", "--seed", seed);
    const [one, again, other] = [await of("3"), await of("3"), await of("4")];
    expect(again).toEqual(one);
    expect(other.share[0].simulated).not.toBe(one.share[0].simulated);
    expect((await document(...exact, "--simulate", "100")).simulation).toMatchObject({ steps: 100, seed: 1 });
  });

  test("where there is no interval, or no value, there is a reason", async () => {
    const few = await document(...exact, "--simulate", "9", "--steps", "4");
    expect(few.share[0]).not.toHaveProperty("simulatedInterval");
    const reason = "a single independent group of trajectories has no spread";
    expect(few.undefined["share[0].simulatedInterval"]).toBe(reason);
    expect(few.undefined["simulation.growthRateInterval"]).toBe(reason);
    const flat = await document("--jacobian", "flat.npy", "--learning-rate", "1", "--simulate", "9");
    expect(flat.share[0].simulated).toBeNull();
    expect(flat.undefined["share[0].simulated"]).toContain("Gauss–Newton matrix is zero");
    expect(flat.undefined["simulation.growthRate"]).toContain("Gauss–Newton matrix is zero");
  });

  test("in the table", async () => {
    const { code, stdout } = await run(...exact, "--simulate", "640", "--steps", "9");
    expect(code).toBe(0);
    expect(stdout).toContain("simulated, 640 trajectories");
    expect(stdout).toMatch(/D_1\(9\) +[\d.]+ +95 %: [\d.]+ to [\d.]+/);
    expect(stdout).toMatch(/growth rate over steps 4 to 9 +[\d.]+ +95 %/);
  });
});

test("a table for people, and the document in a file", async () => {
  const { code, stdout } = await run("--jacobian", "J.npy", "--learning-rate", "0.9", "--json", "e.json");
  expect(code).toBe(0);
  expect(stdout).toContain("growth rate ρ of SGD");
  expect(stdout).toMatch(/SGD escapes, with 0\.\d+ of the loss outside of the sharpest direction/);
  expect(JSON.parse(readFileSync(join(cwd, "e.json"), "utf8"))).toMatchObject({ schema: 1, escapes: true });
  const stays = await run("--eigenvalues", "L.npy", "--learning-rate", "0.01");
  expect(stays.stdout).toContain("SGD stays");
  expect(stays.stdout).toMatch(/falls by half every [\d.]+ steps/);
});

test.each([
  [["--learning-rate", "1"], "expected one source (--eigenvalues L.npy or --jacobian J.npy), got neither"],
  [["--jacobian", "J.npy", "--eigenvalues", "L.npy", "--learning-rate", "1"], "got both"],
  [["--jacobian", "J.npy"], "--learning-rate <rate>' not specified"],
  [["--jacobian", "J.npy", "--learning-rate", "-1"], "expected a number above 0"],
  [["--jacobian", "J.npy", "--learning-rate", "1e200"], "--learning-rate: expected at most 1e140/λ₁"],
  [
    ["--jacobian", "J.npy", "--learning-rate", "1", "--batch", "7"],
    "--batch: expected at most the 6 samples",
  ],
  [["--jacobian", "J.npy", "--learning-rate", "1", "--samples", "6"], "--samples: expected --eigenvalues"],
  [
    ["--eigenvalues", "L.npy", "--learning-rate", "1", "--samples", "6", "--replacement"],
    "got --replacement",
  ],
  [
    ["--eigenvalues", "L.npy", "--learning-rate", "1", "--samples", "6", "--batch", "7"],
    "at most the 6 samples",
  ],
  [
    ["--eigenvalues", "J.npy", "--learning-rate", "1"],
    "J.npy: expected the eigenvalues in one row, shape (p)",
  ],
  [["--eigenvalues", "negative.npy", "--learning-rate", "1"], "got -0.001 at 1"],
  [["--jacobian", "L.npy", "--learning-rate", "1"], "L.npy: expected shape (samples, parameters)"],
  [["--jacobian", "none.npy", "--learning-rate", "1"], "none.npy"],
  [
    ["--jacobian", "J.npy", "--learning-rate", "1", "--steps", "9"],
    "--steps: expected --simulate TRAJECTORIES",
  ],
  [
    ["--jacobian", "J.npy", "--learning-rate", "1", "--seed", "9"],
    "--seed: expected --simulate TRAJECTORIES",
  ],
  [
    ["--jacobian", "J.npy", "--learning-rate", "1", "--simulate", "0"],
    "expected a whole number of at least 1",
  ],
  [["--jacobian", "J.npy", "--learning-rate", "1", "--k", "1,x"], "expected a whole number of at least 1"],
])("what is wrong is said on one line: %j", async (words, message) => {
  const { code, stdout, stderr } = await run(...words);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toContain(message);
});

describe("measure --stability", () => {
  const residuals = stream.gaussians(new Float64Array(n * outputs));
  beforeAll(() => write("r.npy", encodeNpy(residuals, [n, outputs])));
  const measure = (...words: string[]) =>
    noisegeo(["measure", "--jacobian", "J.npy", "--residuals", "r.npy", ...words], { cwd });

  test.each([false, true])("the exact threshold and its bounds, replacement %j", async (replacement) => {
    const flag = replacement ? ["--replacement"] : [];
    const { stdout, stderr, code } = await measure("--stability", "6,1,2", ...flag, "--json", "-");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const found = JSON.parse(stdout);
    expect(found.stability.map(({ batch }: { batch: number }) => batch)).toEqual([1, 2, 6]);
    const geometry = explicitGeometry(rows, residuals, outputs);
    const { covariance } = explicitLossAlignment(geometry);
    const limit = 2 / explicit.eigenvalues[0];
    for (const entry of found.stability) {
      const { batch } = entry;
      const noise = replacement ? 1 / batch : (n - batch) / (batch * (n - 1));
      expect(entry.replacement).toBe(replacement);
      expect(entry.threshold / explicitThreshold(explicit, noise)).toBeCloseTo(1, 9);
      expect(entry.thresholdError).toBeLessThan(1e-8);
      expect(entry.gradientDescent / limit).toBeCloseTo(1, 12);
      expect(entry.necessary.isotropic).toBeGreaterThanOrEqual(entry.threshold);
      expect(entry.necessary.sharpestDirection).toBeGreaterThanOrEqual(entry.threshold);
      if (noise === 0) expect(entry.alignmentBound).toBeNull();
      else {
        const bound = 1 / Math.sqrt(noise * covariance) / frobenius(geometry.gaussNewton);
        expect(entry.alignmentBound / bound).toBeCloseTo(1, 10);
      }
    }
    const reason = "there is no noise: every batch gives the full gradient";
    expect(found.undefined).toEqual(replacement ? {} : { "stability[2].alignmentBound": reason });
    const { stability, ...rest } = found;
    const plain = JSON.parse((await measure("--json", "-")).stdout);
    expect({ ...rest, undefined: {} }).toEqual(plain);
  });

  test("in the table; what is wrong on one line", async () => {
    const { stdout } = await measure("--stability", "2");
    expect(stdout).toContain("stability η* (B = 2)");
    for (const [words, message] of [
      [["--stability", "7"], "--stability: expected batches of at most the 6 samples, got 7"],
      [["--stability", "0"], "expected a whole number of at least 1"],
      [["--replacement"], "--replacement: expected --stability with it"],
    ] as const) {
      const { code, stderr } = await measure(...words);
      expect(code).toBe(2);
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(stderr).toContain(message);
    }
  });
});
