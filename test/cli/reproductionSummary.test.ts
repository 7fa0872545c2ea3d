import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { afterAll, expect, test } from "vitest";
import { writeSummary } from "../../src/cli/reproductionSummary.ts";
import { reproduction } from "../report/samples.ts";
import { scratchFolder } from "./noisegeo.ts";

const folder = scratchFolder();
afterAll(() => folder.remove());

test("what was not run and what ran without its data is in result.json and beside each check", async () => {
  const [first, ...others] = reproduction.experiments;
  const table = {
    kind: ["look", "left out"],
    reason: [null, "no MNIST here"],
    instead: [null, "random fields"],
  };
  const lacking = { ...first, result: { ...first.result, table } };
  await writeSummary(folder.path, { ...reproduction, experiments: [lacking, ...others] });

  const document = JSON.parse(readFileSync(join(folder.path, "result.json"), "utf8"));
  expect(document.notRun).toEqual(["cyclical"]);
  expect(document.experiments.map((one: { leftOut: unknown }) => one.leftOut)).toEqual([
    [{ trials: 1, reason: "no MNIST here", instead: "random fields" }],
    ...others.map(() => []),
  ]);
  const bytes = readFileSync(join(folder.path, "data", "checks.parquet"));
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const rows = await parquetReadObjects({ file });
  expect(rows).toHaveLength(reproduction.experiments.flatMap(({ result }) => result.checks).length);
  for (const { experiment, trials_left_out } of rows)
    expect(trials_left_out).toBe(experiment === first.id ? 1 : 0);
});
