import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { smallRun, writeClasses } from "../runs/trainFixtures.ts";
import { atWrite, noisegeo, scratchFolder } from "./noisegeo.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const place = (...parts: string[]) => join(scratch.path, ...parts);
const sweep = (...words: string[]) => noisegeo(["sweep", ...words], { cwd: scratch.path });
const write = (name: string, text: string) => writeFileSync(place(name), text);
const bytes = (...parts: string[]) => readFileSync(place(...parts));
const table = (...parts: string[]) => {
  const buffer = bytes(...parts);
  return parquetReadObjects({
    file: buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength) as ArrayBuffer,
  });
};

const grid = (base: string) => `
command: train
config: ${base}
design:
  grid:
    optimiser.batchSize: [1, 4]
    schedule.learningRate: [0.01, 0.1]
    seed: [1, 2]
`;

beforeAll(async () => {
  await writeClasses(place("classes.npz"), 30, [3]);
  write("small.yaml", smallRun);
  write("long.yaml", smallRun.replace("steps: 40", "steps: 400").replace("every: 1 ", "every: 10 "));
  write("sweep.yaml", grid("small.yaml"));
  write("longSweep.yaml", grid("long.yaml"));
});

describe("noisegeo sweep", () => {
  test("gathers one row a job, in the order of the design, and a figure; a second call has nothing to do", async () => {
    const { code, stdout, stderr } = await sweep("sweep.yaml");
    expect(code, stderr).toBe(0);
    expect(stdout).toBe(
      "8 jobs: 8 done now\nsweeps/sweep/results.parquet\nsweeps/sweep/summary.svg\nsweeps/sweep/summary.png\n",
    );
    const rows = await table("sweeps", "sweep", "results.parquet");
    expect(rows.map((row) => [row["optimiser.batchSize"], row["schedule.learningRate"], row.seed])).toEqual(
      [1, 4].flatMap((batch) => [0.01, 0.1].flatMap((rate) => [1, 2].map((seed) => [batch, rate, seed]))),
    );
    // a row is what the command by itself comes to
    write(
      "alone.yaml",
      smallRun.replace("batchSize: 4", "batchSize: 1").replace("learningRate: 0.1", "learningRate: 0.01"),
    );
    const alone = await noisegeo(["train", "alone.yaml", "--json", "-"], { cwd: scratch.path });
    const { step, ...final } = JSON.parse(alone.stdout).final;
    expect(rows[0]).toMatchObject({ ...final, steps: step, outcome: "finished", status: "done" });

    const before = bytes("sweeps", "sweep", "results.parquet");
    const again = await sweep("sweep.yaml");
    expect(again.stdout).toMatch(/^8 jobs: 0 done now, 8 before\n/);
    expect(bytes("sweeps", "sweep", "results.parquet")).toEqual(before);

    // a job as if another machine had done it
    const one = ["sweeps", "sweep", "jobs", String(rows[3].job), "result.json"];
    const result = JSON.parse(bytes(...one).toString());
    const { kernels } = result.provenance;
    write(
      join(...one),
      JSON.stringify({ ...result, provenance: { ...result.provenance, kernels: "other" } }),
    );
    const mixed = `  by ${kernels} (7 jobs) and other (1 job), whose last digits differ\n`;
    expect((await sweep("sweep.yaml")).stdout).toContain(mixed);
    const gathered = await noisegeo(["gather", join("sweeps", "sweep")], { cwd: scratch.path });
    expect(gathered.stdout).toContain(mixed);
    const document = JSON.parse((await sweep("sweep.yaml", "--json", "-")).stdout);
    expect(document.kernels).toEqual([
      { kernels, parts: 7 },
      { kernels: "other", parts: 1 },
    ]);
  });

  test("gives the same table whatever the number of workers, and when it is killed in between", async () => {
    const one = await sweep("longSweep.yaml", "--workers", "1", "--out", "one");
    expect(one.code, one.stderr).toBe(0);
    // in the middle of a job, and when some are done
    for (const at of [
      { file: /metrics\.jsonl$/, write: 20 },
      { file: /result\.json$/, write: 3 },
    ]) {
      const { signal } = await noisegeo(["sweep", "longSweep.yaml", "--workers", "3", "--out", "killed"], {
        cwd: scratch.path,
        env: atWrite({ ...at, signal: "SIGKILL" }),
      });
      expect(signal).toBe("SIGKILL");
    }
    const rest = await sweep("longSweep.yaml", "--workers", "2", "--out", "killed");
    expect(rest.code, rest.stderr).toBe(0);
    expect(rest.stdout).toMatch(/^8 jobs: [1-6] done now, [2-7] before\n/);
    expect(bytes("killed", "results.parquet")).toEqual(bytes("one", "results.parquet"));
  });

  test("ends with 130 on Ctrl-C, keeping what was done", async () => {
    const { code, stderr } = await noisegeo(
      ["sweep", "longSweep.yaml", "--workers", "2", "--out", "stopped"],
      { cwd: scratch.path, env: atWrite({ file: /metrics\.jsonl$/, write: 20, signal: "SIGINT" }) },
    );
    expect(code, stderr).toBe(130);
    const rest = await sweep("longSweep.yaml", "--out", "stopped");
    expect(rest.code, rest.stderr).toBe(0);
    expect(bytes("stopped", "results.parquet")).toEqual(bytes("one", "results.parquet"));
  });

  test("keeps a run that diverges as a result", async () => {
    write(
      "diverging.yaml",
      "command: train\nconfig: small.yaml\ndesign: { list: [{ schedule.learningRate: 1.0e+6 }, { schedule.learningRate: 0.1 }] }",
    );
    const { code, stdout } = await sweep("diverging.yaml", "--json", "-");
    expect(code).toBe(0);
    const { rows, found, done, failed } = JSON.parse(stdout);
    expect({ found, done, failed }).toEqual({ found: 0, done: 2, failed: [] });
    expect(rows.map(({ outcome }: { outcome: string }) => outcome)).toEqual(["diverged", "finished"]);
  });

  test("does an experiment at a seed", async () => {
    write(
      "seeds.yaml",
      "command: reproduce\nconfig: { experiment: decoupling }\ndesign: { grid: { seed: [2] } }",
    );
    const { code, stdout, stderr } = await sweep("seeds.yaml", "--json", "-");
    expect(code, stderr).toBe(0);
    const { rows } = JSON.parse(stdout);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ seed: 2, status: "done" });
    expect(rows[0].checks).toBeGreaterThan(0);
    expect(rows[0].checksThatHold === rows[0].checks).toBe(rows[0].verdict === "holds");
  });

  test("says what failed, exit code 1, and does the rest", async () => {
    write("other.npz", "no archive");
    write(
      "failing.yaml",
      "command: train\nconfig: small.yaml\ndesign: { grid: { data.file: [other.npz, classes.npz] } }",
    );
    const { code, stdout, stderr } = await sweep("failing.yaml");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^2 jobs: 1 done now, 1 failed\n {2}[\da-f]{16}: other\.npz: /);
    expect(stderr).toMatch(/noisegeo: 1 of 2 jobs failed; the same command tries them again\n$/);
  });

  test.each([
    [
      "figure: { x: seed, y: height }",
      /^noisegeo: figure: expected one of the columns job, .*, got height; the table is written/,
    ],
    [
      "design: { grid: { optimiser.size: [1] } }",
      /^noisegeo: wrong\.yaml at optimiser\.size = 1: optimiser: unknown key size/,
    ],
    [
      "design: { grid: { data.file: [none.npz] } }",
      /^noisegeo: none\.npz: expected a file to read, got no such file or folder; check the path\n$/,
    ],
    [
      "config: nowhere.yaml",
      /^noisegeo: nowhere\.yaml|nowhere\.yaml: expected a configuration to read, got no such file or folder/,
    ],
  ])("one line and exit code 2 for %s", async (line, message) => {
    const key = line.slice(0, line.indexOf(":"));
    const lines = grid("small.yaml")
      .trim()
      .replace(/design:\n(.|\n)*/, "design: { grid: { seed: [1] } }")
      .split("\n");
    write("wrong.yaml", [...lines.filter((other) => !other.startsWith(`${key}:`)), line].join("\n"));
    const { code, stderr } = await sweep("wrong.yaml");
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});
