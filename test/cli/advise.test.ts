import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readAll } from "../../src/data/arraySource.ts";
import { openFile } from "../../src/data/byteSource.ts";
import { encodeNpy, encodeNpz } from "../../src/data/index.ts";
import { openNpz } from "../../src/data/npz.ts";
import { advise } from "../../src/dynamics/advice.ts";
import { defined } from "../../src/geometry/index.ts";
import { openKernels } from "../../src/linalg/index.ts";
import { createStream } from "../../src/random/index.ts";
import { jacobianLinearization } from "../reference/jacobianLinearization.ts";
import { noisegeo, scratchFolder } from "./noisegeo.ts";

const fixtures = fileURLToPath(new URL("../fixtures/networks/", import.meta.url));
const scratch = scratchFolder();
afterAll(() => scratch.remove());
const cwd = scratch.path;
const place = (...parts: string[]) => join(cwd, ...parts);
const write = (name: string, content: Uint8Array | string) => writeFileSync(place(name), content);
const run = (...words: string[]) => noisegeo(["advise", ...words], { cwd });
const documentOf = async (...words: string[]) => {
  const { code, stdout, stderr } = await run(...words, "--json", "-");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
};

const [n, outputs, p] = [9, 2, 40];
const stream = createStream(23);
const jacobian = stream.gaussians(new Float64Array(n * outputs * p));
const residuals = stream.gaussians(new Float64Array(n * outputs));
const jacobianWords = ["--jacobian", "J.npy", "--residuals", "r.npy"];
const inUse = ["--learning-rate", "0.02", "--batch", "2"];

/** Smooth targets that a dozen tanh units fit; trained for a second, to a loss far below that of the mean. */
const trained = `
data: { name: npz, file: smooth.npz, samples: 20 }
model: { name: fnn, hidden: [12], activation: tanh }
precision: f64
optimiser: { batchSize: 4, replacement: true }
schedule: { name: constant, learningRate: 0.1 }
steps: 4000
checkpoints: { every: 2000 }
`;

// biome-ignore lint/suspicious/noExplicitAny: a JSON document
let jacobianDocument: any;
beforeAll(async () => {
  write("J.npy", encodeNpy(jacobian, [n, outputs, p]));
  write("r.npy", encodeNpy(residuals, [n, outputs]));
  write("zeros.npy", encodeNpy(new Float64Array(n * outputs), [n, outputs]));
  write("flat.npy", encodeNpy(new Float64Array(n * outputs * p), [n, outputs, p]));
  const x = stream.gaussians(new Float64Array(48));
  const y = Float64Array.from({ length: 24 }, (_, i) => Math.tanh(x[2 * i] - x[2 * i + 1] / 2));
  write("smooth.npz", await encodeNpz({ x: { data: x, shape: [24, 2] }, y: { data: y, shape: [24] } }));
  write("run.yaml", trained);
  write(
    "momentum.yaml",
    trained
      .replace("steps: 4000", "steps: 4")
      .replace("every: 2000", "every: 2")
      .replace("replacement: true", "momentum: 0.9")
      .replace("{ name: constant, learningRate: 0.1 }", "{ name: cosine, learningRate: 0.1 }"),
  );
  for (const name of ["run", "momentum"]) {
    const { code, stderr } = await noisegeo(["train", `${name}.yaml`, "--out", name], { cwd });
    expect(code, stderr).toBe(0);
  }
  const archive = await openNpz(await openFile(join(fixtures, "resnet.npz")));
  const read = async (name: string) => {
    const array = await archive.array(name);
    return { data: await readAll(array), shape: array.shape };
  };
  const [images, values, classes] = [await read("x"), await read("y"), await read("labels")];
  write("values.npz", await encodeNpz({ x: images, y: values }));
  const labels = { ...classes, data: BigInt64Array.from(classes.data, BigInt) };
  write("classes.npz", await encodeNpz({ x: images, y: labels }));
  jacobianDocument = await documentOf(...jacobianWords, ...inUse);
});

describe("a Jacobian", () => {
  test("the document holds the library's numbers, and says what a Jacobian cannot tell", async () => {
    const document = jacobianDocument;
    const kernels = await openKernels();
    const rows = Array.from({ length: n * outputs }, (_, i) =>
      Array.from(jacobian.subarray(i * p, (i + 1) * p)),
    );
    const advice = await advise(jacobianLinearization({ jacobian: rows, residuals, outputs }), {
      kernels,
      stream,
      step: { learningRate: 0.02, batchSize: 2, replacement: false },
    });
    await kernels.close();
    expect(Object.keys(document)).toEqual([
      ...["schema", "samples", "available", "outputs", "parameters", "loss", "lossKind"],
      ...["learningRate", "batch", "replacement", "stability", "noiseScale", "growthRate", "escape"],
      ...["conditions", "valid", "warnings", "undefined"],
    ]);
    expect(document).toMatchObject({
      schema: 1,
      samples: n,
      available: null,
      outputs,
      parameters: p,
      lossKind: "mse",
      learningRate: 0.02,
      batch: 2,
      replacement: false,
      warnings: [],
    });
    const near = (actual: number, expected: number) => expect(actual / expected).toBeCloseTo(1, 9);
    const { stability, noiseScale, escape: leaving } = document;
    near(stability.threshold, defined(advice.inUse.threshold).value);
    near(stability.ratio, 0.02 / stability.threshold);
    expect(stability.stable).toBe(stability.ratio <= 1);
    near(stability.alignmentBound, defined(advice.inUse.alignmentBound));
    near(stability.gradientDescent, defined(advice.gradientDescentLimit));
    expect(stability.gradientDescentBatch).toBe(advice.gradientDescentBatch);
    expect(stability.batches.map(({ batch }: { batch: number }) => batch)).toEqual([1, 2, 4, 8, 9]);
    for (const [k, { threshold, alignmentBound }] of stability.batches.entries()) {
      near(threshold, defined(advice.curve[k].threshold).value);
      if (k < 4) near(alignmentBound, defined(advice.curve[k].alignmentBound));
      else expect(alignmentBound).toBeNull();
    }
    near(noiseScale.value, defined(advice.noiseScale).value);
    near(noiseScale.interval[0], defined(defined(advice.noiseScale).interval).low);
    near(noiseScale.interval[1], defined(defined(advice.noiseScale).interval).high);
    near(document.growthRate, defined(advice.growth).value);
    const raised = defined(advice.raised);
    near(leaving.learningRate, 1.5 * stability.threshold);
    near(leaving.growthRate, raised.growth.value);
    expect(leaving.growthRate).toBeGreaterThan(1);
    expect(leaving.share.map(({ k }: { k: number }) => k)).toEqual([1, 5, 10]);
    for (const [k, share] of leaving.share.entries()) {
      near(share.limit, defined(raised.flatOverSharp[k]));
      near(share.paperBound, defined(advice.paperBounds[k]));
    }
    near(leaving.gradientDescent.learningRate, 1.5 * stability.gradientDescent);
    near(leaving.gradientDescent.growthRate, 4);
    expect(leaving.gradientDescent.share[0]).toEqual({ k: 1, limit: 0 });

    expect(document.valid).toEqual({
      stability: null,
      gradientDescent: null,
      alignmentBound: null,
      noiseScale: null,
      growth: null,
      escape: null,
    });
    for (const [condition, holds] of Object.entries({
      interpolation: null,
      finiteMinimum: true,
      curvature: null,
      minimum: null,
      samples: null,
    })) {
      expect(document.conditions[condition].holds, condition).toBe(holds);
    }
    expect(document.undefined).toMatchObject({
      available: expect.stringContaining("Jacobian"),
      "conditions.interpolation.holds": expect.stringContaining("targets are not known"),
      "conditions.curvature.holds": expect.stringContaining("second derivatives"),
      "conditions.curvature.hessianMax": expect.stringContaining("second derivatives"),
      "stability.batches[4].alignmentBound": expect.stringContaining("no noise"),
    });
  });

  test("the terminal says what, number, valid, and what it relies on; above η* that SGD leaves", async () => {
    const { code, stdout } = await run(...jacobianWords, ...inUse);
    expect(code).toBe(0);
    expect(stdout).toContain(
      "SGD with η = 0.02, B = 2 without replacement; 9 samples, 2 outputs, 40 parameters",
    );
    expect(stdout).toMatch(/largest stable rate η\* with B = 2 +0\.\d+ +\? /);
    expect(stdout).toMatch(/\n +2 +0\.\d+ .* in use\n/);
    expect(stdout).toMatch(
      /stays at this minimum\..*\n?.*Relies on what is not known here: “the loss is low”/,
    );
    expect(stdout).not.toContain("undefined:");
    const above = await run(...jacobianWords, "--learning-rate", "1", "--batch", "2");
    expect(above.stdout).toMatch(/leaves this minimum, its loss growing 10-fold every [\d.]+ steps/);
    expect(above.stdout).toContain("unstable: SGD leaves this minimum");
    // the answer comes first
    expect(above.stdout.split("\n")[3]).toMatch(
      /^η = 1 is [\d.]+ of η\* = .*SGD with B = 2 leaves this minimum/,
    );
    expect(above.stdout).toContain("No batch size is stable at η = 1.");
    const { batches } = jacobianDocument.stability;
    const [{ threshold: least }, { threshold: next, batch }] = batches;
    const between = await run(
      ...jacobianWords,
      "--learning-rate",
      String((least + next) / 2),
      "--batch",
      "1",
    );
    expect(between.stdout).toContain(`SGD would stay from B = ${batch} on.`);
  });

  test("zero loss: μ and the noise scale are undefined, the thresholds are there; G = 0: nothing is", async () => {
    const silent = await documentOf("--jacobian", "J.npy", "--residuals", "zeros.npy", ...inUse);
    expect(silent.stability.threshold).toBe(jacobianDocument.stability.threshold);
    expect(silent.stability.alignmentBound).toBeNull();
    expect(silent.undefined["stability.alignmentBound"]).toContain("the loss is zero");
    expect(silent.noiseScale).toEqual({ value: null, interval: null });
    expect(silent.undefined["noiseScale.value"]).toContain("the gradient is zero");
    expect(silent.conditions.interpolation.holds).toBe(true);
    expect(silent.conditions.minimum.holds).toBe(true);
    expect(silent.valid.stability).toBeNull();

    const words = ["--jacobian", "flat.npy", "--residuals", "r.npy", ...inUse];
    const flat = await documentOf(...words);
    expect(flat.stability).toMatchObject({
      threshold: null,
      ratio: null,
      stable: null,
      gradientDescent: null,
    });
    expect(flat.undefined["stability.threshold"]).toContain("Gauss–Newton matrix is zero");
    expect(JSON.stringify(flat)).not.toContain("NaN");
    const { code, stdout } = await run(...words);
    expect(code).toBe(0);
    expect(stdout).toContain("No threshold here: the Gauss–Newton matrix is zero");
  });

  test("with replacement η* is another, and B may be larger than n", async () => {
    const drawn = await documentOf(...jacobianWords, ...inUse, "--replacement");
    expect(drawn.stability.threshold).toBeLessThan(jacobianDocument.stability.threshold);
    const large = await documentOf(
      ...[...jacobianWords, "--learning-rate", "0.02", "--batch", "100", "--replacement"],
    );
    expect(large.stability.batches.at(-1).batch).toBe(100);
    expect(large.stability.threshold).toBeLessThan(large.stability.gradientDescent);
  });
});

describe("a network", () => {
  const resnet = ["--onnx", join(fixtures, "resnet-17-dynamic.onnx")];

  test("untrained: warnings of a high loss and of H far from G, measured as `measure` does", async () => {
    const words = [...resnet, "--data", "values.npz"];
    const document = await documentOf(...words, ...inUse);
    const measured = await noisegeo(["measure", ...words, "--hessian", "--json", "-"], { cwd });
    const reference = JSON.parse(measured.stdout);
    const { interpolation, curvature, samples } = document.conditions;
    expect(document.available).toBe(document.samples);
    expect(interpolation.holds).toBe(false);
    expect(interpolation.relativeLoss).toBeCloseTo(document.loss / interpolation.meanLoss, 12);
    expect(interpolation.relativeLoss).toBeGreaterThan(interpolation.limit);
    expect(curvature.holds).toBe(false);
    expect(curvature.hessianMax / reference.hessian.maxEigenvalue).toBeCloseTo(1, 4);
    expect(curvature.gaussNewtonMax / reference.gaussNewton.eigenvalues[0]).toBeCloseTo(1, 10);
    expect(curvature.gaussNewtonFrobenius / reference.gaussNewton.frobenius).toBeCloseTo(1, 10);
    expect(curvature.frobeniusStandardError).toBeGreaterThan(0);
    expect(curvature.frobeniusStandardError).toBeLessThan(curvature.frobeniusDistance / 3);
    expect(samples.holds).toBe(true);
    expect(document.valid).toMatchObject({ stability: false, gradientDescent: false, noiseScale: true });
    expect(document.warnings).toEqual([
      expect.stringMatching(/^“the loss is low” does not hold: L = .* of the loss of predicting the mean/),
      expect.stringMatching(/^“H is close to G” does not hold: λ_max\(H\)\/λ₁ = .* ± /),
      expect.stringMatching(/^“the gradient is small” does not hold: ‖∇L‖ = /),
    ]);
    // what is drawn for the estimates is drawn by the seed
    expect(await documentOf(...words, ...inUse)).toEqual(document);
    const { stdout } = await run(...words, ...inUse, "--seed", "2");
    expect(stdout.match(/^warning: /gm)).toHaveLength(3);
    expect(stdout).toContain("would stay at a minimum of this curvature");
    expect(stdout).toMatch(/η in use over η\* +\S+ +no /);
  });

  test("cross-entropy of classes: its minimum at infinity is said, the alignment bound left out", async () => {
    const words = [...resnet, "--data", "classes.npz", "--loss", "cross-entropy"];
    const document = await documentOf(...words, ...inUse);
    expect(document.lossKind).toBe("cross-entropy");
    expect(document.conditions.finiteMinimum).toEqual({ holds: false });
    expect(document.warnings).toContainEqual(
      expect.stringMatching(/^“minimum at finite outputs” does not hold/),
    );
    expect(document.stability.alignmentBound).toBeNull();
    expect(document.stability.threshold).toBeGreaterThan(0);
  });
});

describe("a run", () => {
  test("trained to interpolation: η, B and replacement are its own, everything holds, nothing is warned of", async () => {
    const document = await documentOf("--run", "run");
    expect(document).toMatchObject({
      samples: 20,
      available: 20,
      learningRate: 0.1,
      batch: 4,
      replacement: true,
      warnings: [],
      valid: {
        stability: true,
        gradientDescent: true,
        alignmentBound: true,
        noiseScale: true,
        growth: true,
        escape: true,
      },
    });
    const { interpolation, curvature, plainSgd } = document.conditions;
    expect(interpolation.relativeLoss).toBeLessThan(0.01);
    expect(curvature.hessianMax / curvature.gaussNewtonMax).toBeCloseTo(1, 1);
    expect(plainSgd).toEqual({ holds: true, momentum: 0, weightDecay: 0 });
    // where it came to rest, SGD is stable
    expect(document.stability.stable).toBe(true);
    const { stdout } = await run("--run", "run");
    expect(stdout).not.toMatch(/warning|not known|undefined/);
    expect(stdout).toContain("SGD with B = 4 stays at this minimum.");
  });

  test("measure --stability agrees", async () => {
    const document = await documentOf("--run", "run", "--batch", "3");
    const words = ["measure", "--run", "run", "--stability", "3", "--replacement", "--json", "-"];
    const { code, stdout, stderr } = await noisegeo(words, { cwd });
    expect(code, stderr).toBe(0);
    const [entry] = JSON.parse(stdout).stability;
    expect(document.stability.threshold / entry.threshold).toBeCloseTo(1, 9);
    expect(document.stability.alignmentBound / entry.alignmentBound).toBeCloseTo(1, 9);
    expect(document.stability.gradientDescent / entry.gradientDescent).toBeCloseTo(1, 12);
  });

  test("a part of its samples is warned of; so are momentum and the beginning of training", async () => {
    const part = await documentOf("--run", "run", "--samples", "12");
    expect(part.available).toBe(20);
    expect(part.warnings).toContainEqual(
      "12 of 20 samples were measured: the thresholds are those of training on these 12 alone.",
    );
    const drawn = await documentOf("--run", "momentum", "--samples", "12");
    expect(drawn.warnings).toContainEqual(
      expect.stringMatching(
        /these 12 alone, whose batches of 4 have noise c = 0\.1818 where those out of 20 have 0\.2105\.$/,
      ),
    );
    const other = await documentOf("--run", "momentum", "--data", "smooth.npz", "--samples", "12");
    expect(other.available).toBe(24);
    expect(other.warnings).toContainEqual(
      expect.stringMatching(/out of 24 have 0\.2174; --replacement, with c = 0\.25, comes closer\.$/),
    );
    expect(drawn.conditions.plainSgd).toEqual({ holds: false, momentum: 0.9, weightDecay: 0 });
    expect(drawn.valid).toMatchObject({ stability: false, gradientDescent: false });
    // the schedule at the last of 4 steps, and at the next after step 2
    const rate = (step: number) => 0.05 * (1 + Math.cos((Math.PI * step) / 4));
    expect(drawn.learningRate).toBeCloseTo(rate(3), 14);
    expect((await documentOf("--run", "momentum", "--step", "2")).learningRate).toBeCloseTo(rate(2), 14);
    const beginning = await documentOf("--run", "run", "--step", "0");
    expect(beginning.valid.stability).toBe(false);
  });
});

test("--out writes a page that stands alone, its figure, and the document", async () => {
  const words = ["--run", "run", "--step", "0", "--out", "report", "--json", "same.json"];
  const { code, stdout, stderr } = await run(...words);
  expect(code).toBe(0);
  expect(stderr).toContain(join("report", "index.html"));
  expect(stdout).toContain("Advice for run at step 0");
  const page = readFileSync(place("report/index.html"), "utf8");
  expect(page).toContain("noisegeo advise --run run --step 0 --out report");
  expect(page).not.toMatch(/(?:src|href)="https?:/);
  for (const text of ["alignment bound", "in use", "GD&#39;s limit", "not valid", "does not hold"]) {
    expect(page).toContain(text);
  }
  const svg = readFileSync(place("report/figures/stability.svg"), "utf8");
  expect(svg.startsWith("<svg")).toBe(true);
  const png = readFileSync(place("report/figures/stability.png"));
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  const document = readFileSync(place("report/advise.json"), "utf8");
  expect(readFileSync(place("same.json"), "utf8")).toBe(document);
});

describe("wrong input: exit code 2 and one line on standard error", () => {
  const cases: [what: string, words: string[], message: RegExp][] = [
    ["no η", [...jacobianWords, "--batch", "2"], /--learning-rate: expected the η in use, got none/],
    ["no B", [...jacobianWords, "--learning-rate", "1"], /--batch: expected the B in use, got none/],
    ["no source", inUse, /expected one source.*got none/],
    ["η that is none", [...jacobianWords, "--learning-rate", "-1", "--batch", "2"], /number above 0/],
    ["B that is none", [...jacobianWords, "--learning-rate", "1", "--batch", "0"], /at least 1/],
    [
      "B larger than n",
      [...jacobianWords, "--learning-rate", "1", "--batch", "10"],
      /--batch: expected at most the 9 samples measured, without replacement, got 10; /,
    ],
    [
      "a run's B larger than n",
      ["--run", "momentum", "--samples", "3"],
      /at most the 3 samples measured.* got 4, the run's batch size; measure more samples/,
    ],
    [
      "η beyond numbers",
      [...jacobianWords, "--learning-rate", "1e200", "--batch", "2"],
      /learning rate: expected less than 1e140\/λ₁/,
    ],
    [
      "samples of a Jacobian",
      [...jacobianWords, ...inUse, "--samples", "3"],
      /--samples: expected a network/,
    ],
    ["no run", ["--run", "nowhere"], /nowhere: expected the folder of a training run/],
    ["an unwritable place", [...jacobianWords, ...inUse, "--json", "J.npy/a.json"], /place to write to/],
  ];
  test.each(cases)("%s", async (_, words, message) => {
    const { code, stdout, stderr } = await run(...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});
