import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readAll } from "../../src/data/arraySource.ts";
import { fromBytes } from "../../src/data/byteSource.ts";
import { encodeNpy, encodeNpz, encodeSafetensors } from "../../src/data/index.ts";
import { openNpz } from "../../src/data/npz.ts";
import { createStream } from "../../src/random/index.ts";
import { explicitGeometry, explicitLossAlignment, frobenius, trace } from "../reference/explicitGeometry.ts";
import { noisegeo, scratchFolder } from "./noisegeo.ts";

const folder = scratchFolder();
afterAll(() => folder.remove());
const run = (...words: string[]) => noisegeo(["measure", ...words], { cwd: folder.path });

const [n, outputs, p] = [120, 2, 15];
const stream = createStream(23);
const jacobian = stream.gaussians(new Float64Array(n * outputs * p));
const residuals = stream.gaussians(new Float64Array(n * outputs));
const rows = Array.from({ length: n * outputs }, (_, i) => Array.from(jacobian.subarray(i * p, (i + 1) * p)));
const explicit = explicitGeometry(rows, residuals, outputs);

beforeAll(async () => {
  const arrays = {
    jacobian: { data: jacobian, shape: [n, outputs, p] },
    residuals: { data: residuals, shape: [n, outputs] },
  };
  const write = (name: string, bytes: Uint8Array) => writeFileSync(join(folder.path, name), bytes);
  write("J.npy", encodeNpy(jacobian, [n, outputs, p]));
  write("r.npy", encodeNpy(residuals, [n, outputs]));
  write("packed.npz", await encodeNpz(arrays, { compressed: true }));
  write("both.safetensors", encodeSafetensors(arrays));
});

const sources: [name: string, words: string[]][] = [
  ["npy", ["--jacobian", "J.npy", "--residuals", "r.npy"]],
  ["compressed npz", ["--npz", "packed.npz"]],
  ["safetensors", ["--safetensors", "both.safetensors"]],
];

test.each(sources)("%s: with all pairs the document holds what explicit matrices give", async (_, words) => {
  const { code, stdout, stderr } = await run(...words, "--estimate", "7260", "--json", "-");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const document = JSON.parse(stdout);
  const { covariance, secondMoment } = explicitLossAlignment(explicit);
  expect(document.estimate).toMatchObject({ pairs: 7260, samplesUsed: n, exact: true, seed: 1 });
  expect(document.lossAlignment.covariance).toBeCloseTo(covariance, 12);
  expect(document.lossAlignment.secondMoment).toBeCloseTo(secondMoment, 12);
  expect(document.gaussNewton.frobenius / frobenius(explicit.gaussNewton)).toBeCloseTo(1, 12);
  expect(document.noise.trace / trace(explicit.covariance)).toBeCloseTo(1, 12);
  expect(document.estimate.standardErrors["gaussNewton.frobenius"]).toBe(0);
});

describe("sampled", () => {
  const words = ["--jacobian", "J.npy", "--residuals", "r.npy", "--estimate", "5000"];

  test("the document says what was drawn, every interval and what is missing", async () => {
    const { code, stdout, stderr } = await run(...words, "--top", "2", "--seed", "7", "--json", "-");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const document = JSON.parse(stdout);
    const exact: Record<string, number> = {
      "lossAlignment.covariance": explicitLossAlignment(explicit).covariance,
      "lossAlignment.secondMoment": explicitLossAlignment(explicit).secondMoment,
      "gaussNewton.frobenius": frobenius(explicit.gaussNewton),
      "gaussNewton.trace": trace(explicit.gaussNewton),
      "noise.trace": trace(explicit.covariance),
    };
    const { estimate } = document;
    expect(estimate).toMatchObject({ pairs: 5070, blocks: 65, blockSamples: 13, exact: false, seed: 7 });
    expect(Object.keys(estimate.intervals)).toEqual(Object.keys(exact));
    for (const [path, value] of Object.entries(exact)) {
      const [section, name] = path.split(".");
      const error = estimate.standardErrors[path];
      expect(error).toBeGreaterThan(0);
      expect(Math.abs(document[section][name] - value), path).toBeLessThan(5 * error);
      const [low, high] = estimate.intervals[path];
      expect(low).toBeLessThan(document[section][name]);
      expect(high).toBeGreaterThan(document[section][name]);
    }
    expect(document.lossAlignment.interval).toEqual(estimate.intervals["lossAlignment.covariance"]);
    expect(document.loss).toBeCloseTo(explicit.loss, 12);
    expect(document.gaussNewton.eigenvalues).toHaveLength(2);
    expect(document.directional.covariance).toHaveLength(2);
    expect(estimate.eigenvalueResiduals[0]).toBeLessThanOrEqual(1e-4 * document.gaussNewton.eigenvalues[0]);
    expect(Object.keys(document.undefined)).toEqual(["gaussNewton.eigenvalues"]);
  });

  test("the terminal and the page show intervals and pairs", async () => {
    const { code, stdout, stderr } = await run(...words, "--out", "report");
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/pairs of samples +5070 +in 65 independent blocks of 13 draws/);
    expect(stdout).toMatch(/Gauss–Newton ‖G‖_F .*95 % of the draws/);
    expect(stdout).not.toContain("decoupling");
    expect(stdout).not.toContain("λ_max(G)");
    const page = readFileSync(join(folder.path, "report/index.html"), "utf8");
    expect(page).toMatch(/95\s%\sof\sthe\sdraws/);
    expect(page).toContain("give --top K");
    expect(existsSync(join(folder.path, "report/measure.json"))).toBe(true);
  });

  test.each([
    [["--certificate"], /--certificate: expected without --estimate/],
    [["--stability", "1"], /--stability: expected without --estimate/],
    [["--estimate", "4999"], /--estimate: expected at least 5000 pairs.*got 4999/],
    [["--estimate", "1.5"], /--estimate/],
  ])("%j is refused in one line", async (more, message) => {
    const { code, stdout, stderr } = await run(...words, ...more);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(message);
  });
});

test("more samples than K has room for", async () => {
  const [many, small] = [33_000, 64];
  const draws = createStream(2);
  writeFileSync(
    join(folder.path, "tall.npy"),
    encodeNpy(Float32Array.from(draws.gaussians(new Float64Array(many * small))), [many, small]),
  );
  writeFileSync(join(folder.path, "tall-r.npy"), encodeNpy(draws.gaussians(new Float64Array(many)), [many]));
  const { code, stdout, stderr } = await run(
    "--jacobian",
    "tall.npy",
    "--residuals",
    "tall-r.npy",
    "--estimate",
    "20000",
    "--json",
    "-",
  );
  expect(code, stderr).toBe(0);
  const document = JSON.parse(stdout);
  // independent residuals: Σ = 2L·G in the population
  expect(document.samples).toBe(many);
  const { standardErrors } = document.estimate;
  expect(Math.abs(document.lossAlignment.covariance - 1)).toBeLessThan(
    5 * standardErrors["lossAlignment.covariance"] + 0.02,
  );
});

describe("a network with all pairs gives PyTorch's μ", () => {
  const fixtures = fileURLToPath(new URL("../fixtures/networks/", import.meta.url));

  test.each(["mse", "cross-entropy"] as const)("%s", async (loss) => {
    const archive = await openNpz(fromBytes(readFileSync(join(fixtures, "resnet.npz")), "resnet"));
    const read = async (name: string) => {
      const array = await archive.array(name);
      return { data: await readAll(array), shape: array.shape };
    };
    const y = await read(loss === "mse" ? "y" : "labels");
    const targets = loss === "mse" ? y : { ...y, data: BigInt64Array.from(y.data, BigInt) };
    writeFileSync(join(folder.path, "data.npz"), await encodeNpz({ x: await read("x"), y: targets }));
    const words = ["--onnx", join(fixtures, "resnet-17-dynamic.onnx"), "--data", "data.npz", "--loss", loss];
    const { code, stdout, stderr } = await run(...words, "--estimate", "21", "--top", "1", "--json", "-");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const document = JSON.parse(stdout);
    const { data } = await read(`${loss}/mu`);
    expect(document.lossAlignment.covariance / data[0]).toBeCloseTo(1, 8);
    const whole = JSON.parse((await run(...words, "--top", "1", "--json", "-")).stdout);
    const [first] = whole.gaussNewton.eigenvalues;
    expect(document.gaussNewton.eigenvalues[0] / first).toBeCloseTo(1, 6);
    expect(document.gaussNewton.frobenius / whole.gaussNewton.frobenius).toBeCloseTo(1, 10);
  });
});
