import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeNpy, encodeNpz, encodeSafetensors } from "../../src/data/index.ts";
import { createStream } from "../../src/random/index.ts";
import { explicitGeometry, explicitLossAlignment } from "../reference/explicitGeometry.ts";
import { noisegeo, scratchFolder } from "./noisegeo.ts";

const folder = scratchFolder();
afterAll(() => folder.remove());

const [n, outputs, p] = [6, 2, 30];
const stream = createStream(17);
const jacobian = stream.gaussians(new Float64Array(n * outputs * p));
const residuals = stream.gaussians(new Float64Array(n * outputs));
const arrays = {
  jacobian: { data: jacobian, shape: [n, outputs, p] },
  residuals: { data: residuals, shape: [n, outputs] },
};
const write = (name: string, bytes: Uint8Array | string) => writeFileSync(join(folder.path, name), bytes);
const run = (...words: string[]) => noisegeo(["measure", ...words], { cwd: folder.path });

beforeAll(async () => {
  write("J.npy", encodeNpy(jacobian, [n, outputs, p]));
  write("r.npy", encodeNpy(residuals, [n, outputs]));
  write("both.npz", await encodeNpz(arrays));
  write("packed.npz", await encodeNpz(arrays, { compressed: true }));
  write("both.safetensors", encodeSafetensors(arrays));
});

const sources: [name: string, words: string[]][] = [
  ["npy", ["--jacobian", "J.npy", "--residuals", "r.npy"]],
  ["npz", ["--npz", "both.npz"]],
  ["compressed npz", ["--npz", "packed.npz"]],
  ["safetensors", ["--safetensors", "both.safetensors"]],
];

test.each(sources)("%s: the document holds what explicit matrices give", async (_, words) => {
  const { code, stdout, stderr } = await run(...words, "--certificate", "--json", "-");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const document = JSON.parse(stdout);
  const rows = Array.from({ length: n * outputs }, (_, i) =>
    Array.from(jacobian.subarray(i * p, (i + 1) * p)),
  );
  const explicit = explicitGeometry(rows, residuals, outputs);
  const { covariance, secondMoment } = explicitLossAlignment(explicit);
  expect(Object.keys(document)).toEqual([
    "schema",
    "samples",
    "outputs",
    "parameters",
    "loss",
    "lossKind",
    "lossAlignment",
    "gaussNewton",
    "noise",
    "directional",
    "certificate",
    "undefined",
  ]);
  expect(document).toMatchObject({
    schema: 1,
    samples: n,
    outputs,
    parameters: p,
    lossKind: "mse",
    undefined: {},
  });
  expect(document.lossAlignment.covariance).toBeCloseTo(covariance, 12);
  expect(document.lossAlignment.secondMoment).toBeCloseTo(secondMoment, 12);
  expect(document.lossAlignment.interval[0]).toBeLessThan(covariance);
  expect(document.gaussNewton.eigenvalues).toHaveLength(n * outputs);
  expect(document.directional.covariance).toHaveLength(n * outputs);
  expect(document.certificate.lossAlignment.min).toBeLessThanOrEqual(covariance);
  expect(document.certificate.lossAlignment.max).toBeGreaterThanOrEqual(covariance);
});

test("--top keeps the sharpest; a JSON file leaves the table on the terminal", async () => {
  const { code, stdout } = await run("--npz", "both.npz", "--top", "3", "--json", "m.json");
  expect(code).toBe(0);
  expect(stdout).toContain("loss alignment μ");
  expect(stdout).toContain("to second order SGD's noise raises the loss");
  const document = JSON.parse(readFileSync(join(folder.path, "m.json"), "utf8"));
  expect(document.gaussNewton.eigenvalues).toHaveLength(3);
  expect(document.directional.secondMoment).toHaveLength(3);
  expect(document.certificate).toBeUndefined();
});

test("--out writes a page that stands alone, with the document beside it", async () => {
  const { code, stderr } = await run("--npz", "both.npz", "--out", "report");
  expect(code).toBe(0);
  expect(stderr).toContain(join("report", "index.html"));
  const page = readFileSync(join(folder.path, "report/index.html"), "utf8");
  expect(page).toContain("<svg");
  expect(page).toContain("noisegeo measure --npz both.npz --out report");
  expect(page).not.toMatch(/(?:src|href)="https?:/);
  expect(existsSync(join(folder.path, "report/measure.json"))).toBe(true);
});

test("zero residuals, a zero Jacobian and one sample are measured, with reasons", async () => {
  write("zeros.npy", encodeNpy(new Float64Array(n * outputs), [n, outputs]));
  const silent = JSON.parse(
    (await run("--jacobian", "J.npy", "--residuals", "zeros.npy", "--json", "-")).stdout,
  );
  expect(silent).toMatchObject({ loss: 0, lossAlignment: { covariance: null, secondMoment: null } });
  expect(silent.directional).toEqual({ covariance: null, secondMoment: null });
  expect(silent.undefined["lossAlignment.covariance"]).toContain("the loss is zero");

  write("flat.npy", encodeNpy(new Float64Array(n * outputs * p), [n, outputs, p]));
  const flat = JSON.parse(
    (await run("--jacobian", "flat.npy", "--residuals", "r.npy", "--json", "-", "--certificate")).stdout,
  );
  expect(flat.gaussNewton).toEqual({ frobenius: 0, trace: 0, eigenvalues: [] });
  expect(flat.undefined["lossAlignment.covariance"]).toContain("Gauss–Newton matrix is zero");
  expect(flat.certificate.lossAlignment).toEqual({ min: null, max: null });

  write("J1.npy", encodeNpy(jacobian.slice(0, p), [1, p]));
  write("r1.npy", encodeNpy(residuals.slice(0, 1), [1]));
  const one = JSON.parse((await run("--jacobian", "J1.npy", "--residuals", "r1.npy", "--json", "-")).stdout);
  expect(one.lossAlignment.covariance).toBe(0);
  expect(one.lossAlignment.secondMoment).toBeCloseTo(1, 14);
  expect(one.undefined).toEqual({
    "lossAlignment.interval": "an interval over samples needs at least 3 of them, got 1",
  });
  expect((await run("--jacobian", "J1.npy", "--residuals", "r1.npy")).stdout).toContain(
    "One sample makes no noise",
  );
});

describe("wrong input: exit code 2 and one line on standard error", () => {
  beforeAll(() => {
    const broken = jacobian.slice();
    broken[40] = Number.NaN;
    write("nan.npy", encodeNpy(broken, [n, outputs, p]));
    write("short.npy", encodeNpy(residuals.slice(0, 4), [4]));
    write("cut.npy", readFileSync(join(folder.path, "J.npy")).subarray(0, 900));
    write("text.npy", "not an array");
  });
  const cases: [what: string, words: string[], message: RegExp][] = [
    ["no source", [], /expected one source.*got none/],
    [
      "two sources",
      ["--npz", "both.npz", "--safetensors", "both.safetensors"],
      /got --npz and --safetensors/,
    ],
    ["half a source", ["--jacobian", "J.npy"], /--residuals is missing/],
    ["a missing file", ["--npz", "absent.npz"], /absent\.npz/],
    ["a folder", ["--npz", "."], /\./],
    ["NaN", ["--jacobian", "nan.npy", "--residuals", "r.npy"], /nan\.npy: expected finite numbers, got NaN/],
    [
      "other samples",
      ["--jacobian", "J.npy", "--residuals", "short.npy"],
      /short\.npy: expected shape \(6, 2\)/,
    ],
    ["a file cut short", ["--jacobian", "cut.npy", "--residuals", "r.npy"], /cut\.npy/],
    ["no array file", ["--jacobian", "text.npy", "--residuals", "r.npy"], /text\.npy/],
    [
      "an archive as array",
      ["--jacobian", "both.npz", "--residuals", "r.npy"],
      /both\.npz: expected one array/,
    ],
    ["an unknown option", ["--npz", "both.npz", "--colour"], /unknown option '--colour'/],
    ["a wrong number", ["--npz", "both.npz", "--top", "0"], /whole number of at least 1/],
    ["a wrong choice", ["--npz", "both.npz", "--precision", "f16"], /f32, f64; see/],
    ["an unwritable place", ["--npz", "both.npz", "--json", "J.npy/m.json"], /place to write to/],
  ];
  test.each(cases)("%s", async (_, words, message) => {
    const { code, stdout, stderr } = await run(...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).not.toMatch(/ at .*:\d+:\d+/);
  });

  test("kernels that cannot be had", async () => {
    const words = ["measure", "--npz", "both.npz"];
    for (const env of [{ NOISEGEO_KERNELS: "gpu" }, { NOISEGEO_BLAS: "/nowhere/libblas.so" }]) {
      const { code, stderr } = await noisegeo(words, { cwd: folder.path, env });
      expect(code).toBe(2);
      expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    }
  });
});

test("both kernels give the same numbers", async () => {
  const words = ["measure", "--npz", "both.npz", "--json", "-"];
  const automatic = JSON.parse((await noisegeo(words, { cwd: folder.path })).stdout);
  const wasm = JSON.parse(
    (await noisegeo(words, { cwd: folder.path, env: { NOISEGEO_KERNELS: "wasm" } })).stdout,
  );
  expect(wasm.lossAlignment.covariance).toBeCloseTo(automatic.lossAlignment.covariance, 13);
  wasm.gaussNewton.eigenvalues.forEach((value: number, k: number) => {
    expect(Math.abs(value - automatic.gaussNewton.eigenvalues[k])).toBeLessThan(
      1e-12 * wasm.gaussNewton.eigenvalues[0],
    );
  });
});
