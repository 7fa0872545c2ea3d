import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { smallRun, writeClasses } from "../runs/trainFixtures.ts";
import { noisegeo, scratchFolder } from "./noisegeo.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const cwd = scratch.path;
const place = (...parts: string[]) => join(cwd, ...parts);
const write = (name: string, text: string) => writeFileSync(place(name), text);
const sweep = (...words: string[]) => noisegeo(["sweep", ...words], { cwd });
const bytes = (...parts: string[]) => readFileSync(place(...parts));
const table = (...parts: string[]) => {
  const buffer = bytes(...parts);
  return parquetReadObjects({
    file: buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength) as ArrayBuffer,
  });
};
const measured = async (...words: string[]) => {
  const { code, stdout, stderr } = await noisegeo(["measure", ...words, "--threads", "1", "--json", "-"], {
    cwd,
  });
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
};

beforeAll(async () => {
  await writeClasses(place("classes.npz"), 30, [3]);
  write("run.yaml", smallRun);
  const { code, stderr } = await noisegeo(["train", "run.yaml", "--out", "run"], { cwd });
  expect(code, stderr).toBe(0);
});

describe("measure as jobs", () => {
  test("a row is what the command's document says, by the paths of its numbers", async () => {
    write(
      "steps.yaml",
      `command: measure
config: { run: run, hessian: true, stability: [2, 4] }
design: { grid: { step: [8, 40], samples: [20, 30] } }
figure: { x: step, y: lossAlignment.covariance, series: samples }`,
    );
    const { code, stdout, stderr } = await sweep("steps.yaml");
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^4 jobs: 4 done now\n/);
    const rows = await table("sweeps", "steps", "results.parquet");
    expect(rows.map(({ step, samples }) => [step, samples])).toEqual([
      [8, 20],
      [8, 30],
      [40, 20],
      [40, 30],
    ]);
    const words = ["--run", "run", "--step", "40", "--samples", "20", "--hessian", "--stability", "2,4"];
    const document = await measured(...words);
    expect(rows[2]).toMatchObject({
      status: "done",
      outputs: document.outputs,
      loss: document.loss,
      "lossAlignment.covariance": document.lossAlignment.covariance,
      "lossAlignment.secondMoment": document.lossAlignment.secondMoment,
      "lossAlignment.interval.0": document.lossAlignment.interval[0],
      "gaussNewton.trace": document.gaussNewton.trace,
      "gaussNewton.eigenvalues.0": document.gaussNewton.eigenvalues[0],
      "directional.covariance.1": document.directional.covariance[1],
      "noise.gradientNormSquared": document.noise.gradientNormSquared,
      "hessian.maxEigenvalue": document.hessian.maxEigenvalue,
      "stability.1.threshold": document.stability[1].threshold,
    });
    const { document: kept } = JSON.parse(
      readFileSync(place("sweeps", "steps", "jobs", String(rows[2].job), "result.json"), "utf8"),
    );
    expect(kept).toEqual(document);
  });

  test.each([
    [
      "{ run: run }",
      "{ samples: [20] }",
      /steps\.yaml at samples = 20: step: expected that of a checkpoint with run, got none/,
    ],
    ["{ run: run, step: 8 }", "{ heigth: [1] }", /at heigth = 1: unknown key heigth \(known: jacobian, /],
    [
      "{ run: run, step: 8 }",
      "{ loss: [mse] }",
      /at loss = "mse": --loss: expected together with --onnx or --model/,
    ],
    ["{ run: run, step: 8 }", "{ top: [0] }", /at top = 0: top: expected at least 1, got 0/],
    ["{ data: classes.npz }", "{ samples: [5] }", /at samples = 5: expected one source/],
    [
      "{ npz: none.npz }",
      "{ precision: [f32] }",
      /none\.npz: expected a file to read, got no such file or folder/,
    ],
    [
      "{ run: run }",
      "{ step: [7] }",
      /step-000000007\.safetensors: expected a file to read, got no such file or folder/,
    ],
  ])("config %s with %s is refused in one line before anything starts", async (config, fields, message) => {
    write("wrong-steps.yaml", `command: measure\nconfig: ${config}\ndesign: { grid: ${fields} }`);
    const { code, stderr } = await sweep("wrong-steps.yaml");
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(2);
  });
});
