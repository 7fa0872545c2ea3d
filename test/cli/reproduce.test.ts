import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { afterAll, expect, test } from "vitest";
import { experiments } from "../../src/experiments/index.ts";
import { atWrite, noisegeo, scratchFolder } from "./noisegeo.ts";

const folder = scratchFolder();
afterAll(() => folder.remove());
const place = (...parts: string[]) => join(folder.path, ...parts);
const read = (...parts: string[]) => readFileSync(place(...parts), "utf8");
const result = (out: string) => {
  const { seconds, ...rest } = JSON.parse(read(out, "decoupling", "result.json"));
  expect(seconds).toBeGreaterThan(0);
  return rest;
};

test("list names every experiment with its claim", async () => {
  const { code, stdout } = await noisegeo(["list"], { cwd: folder.path });
  expect(code).toBe(0);
  for (const { id, claim } of experiments) {
    expect(stdout).toContain(`${id}\n`);
    expect(stdout).toContain(claim);
  }
});

test("doctor says which kernels are in use and how fast they are", async () => {
  const { code, stdout } = await noisegeo(["doctor"], {
    cwd: folder.path,
    env: { NOISEGEO_KERNELS: "wasm" },
  });
  expect(code).toBe(0);
  expect(stdout).toMatch(/kernels +wasm: /);
  expect(stdout).toMatch(/[1-9][\d.]* GFLOP\/s float32/);
});

test("a run writes page, figures, data and result; interrupted and resumed it gives the same to the bit", async () => {
  const whole = await noisegeo(["reproduce", "decoupling", "--seed", "3", "--out", "whole"], {
    cwd: folder.path,
  });
  expect(whole.code, whole.stderr).toBe(0);
  const expected = result("whole");
  expect(expected).toMatchObject({ id: "decoupling", scale: "quick", seed: 3 });
  expect(["holds", "fails", "inconclusive"]).toContain(expected.verdict);
  expect(expected.evidence.checks.length).toBeGreaterThan(0);

  const page = read("whole", "index.html");
  expect(page).toContain(expected.claim.slice(0, 20));
  const record = JSON.parse(read("whole", "decoupling", "record.json"));
  for (const { svg, png } of record.files.figures) {
    expect(read("whole", svg)).toMatch(/^<svg|^<\?xml/);
    expect(readFileSync(place("whole", png)).subarray(1, 4).toString()).toBe("PNG");
  }
  const bytes = readFileSync(place("whole", "data", "decoupling.parquet"));
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const rows = await parquetReadObjects({ file });
  expect(rows).toHaveLength((Object.values(record.result.table)[0] as unknown[]).length);

  const summary = JSON.parse(read("whole", "result.json"));
  expect(summary.experiments).toHaveLength(1);
  expect(summary.experiments[0]).toMatchObject({
    id: "decoupling",
    verdict: expected.verdict,
    scale: "quick",
    seed: 3,
  });
  expect(summary.experiments[0].checks).toEqual(expected.evidence.checks);
  const checks = readFileSync(place("whole", "data", "checks.parquet"));
  const checkRows = await parquetReadObjects({
    file: checks.buffer.slice(checks.byteOffset, checks.byteOffset + checks.byteLength) as ArrayBuffer,
  });
  expect(checkRows.map(({ statement, mean, low, high }) => ({ statement, mean, low, high }))).toEqual(
    summary.experiments[0].checks.map(
      ({
        statement,
        estimate: { mean, low, high },
      }: {
        statement: string;
        estimate: Record<string, number>;
      }) => ({
        statement,
        mean,
        low,
        high,
      }),
    ),
  );
  const [, total] = whole.stderr.match(/^quick scale: (\d+) trials to measure/m)!.map(Number);
  expect(whole.stderr).toMatch(/^estimate: about .* more for \d+ trials/m);

  // interrupted somewhere, another place each time the tests run
  const trials = 1 + Math.floor(Math.random() * (total / 2));
  const words = ["reproduce", "decoupling", "--seed", "3", "--out", "part"];
  const interrupted = await noisegeo(words, {
    cwd: folder.path,
    // the first write is the line that says what the log is of
    env: atWrite({ file: /trials\.jsonl$/, write: 2 + trials, signal: "SIGINT" }),
  });
  expect(interrupted.code).toBe(130);
  expect(interrupted.stderr).toContain("interrupted; what was finished is kept");
  // and a line that a crash cut short
  appendFileSync(place("part", "decoupling", "trials.jsonl"), '{"label":"half');
  const resumed = await noisegeo([...words, "--resume"], { cwd: folder.path });
  expect(resumed.code, resumed.stderr).toBe(0);
  const [, open] = resumed.stderr.match(/^quick scale: (\d+) trials to measure/m)!.map(Number);
  expect(open, `interrupted after ${trials} trials`).toBeLessThanOrEqual(total - trials);
  expect(readFileSync(place("part", "data", "decoupling.parquet")).equals(bytes)).toBe(true);
  expect(readFileSync(place("part", "data", "checks.parquet")).equals(checks)).toBe(true);
  expect(result("part")).toEqual(expected);

  // one trial as if another machine had measured it
  const lines = read("whole", "decoupling", "trials.jsonl").split("\n");
  const { kernels } = JSON.parse(lines[1]);
  lines[1] = lines[1].replace(JSON.stringify(kernels), '"other kernels"');
  writeFileSync(place("whole", "decoupling", "trials.jsonl"), lines.join("\n"));
  const mixed = await noisegeo([...words.slice(0, -1), "whole", "--resume"], { cwd: folder.path });
  const computed = `other kernels (1 trial) and ${kernels} (${total - 1} trials), whose last digits differ`;
  expect(mixed.stdout).toContain(`trials by ${computed}\n`);
  expect(JSON.parse(read("whole", "result.json")).experiments[0].kernels).toBe(computed);
});

test("unknown experiments and wrong options: one line, exit code 2", async () => {
  for (const words of [
    ["gravity"],
    ["--scale", "huge"],
    ["--seed", "-1"],
    ["--seed", "x"],
    ["--threads", "0"],
  ]) {
    const { code, stderr } = await noisegeo(["reproduce", ...words], { cwd: folder.path });
    expect(code).toBe(2);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  }
});
