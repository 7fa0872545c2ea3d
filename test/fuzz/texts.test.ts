/** What people and programs write as text: configurations, and the files of run and sweep folders. */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { encodeParquet } from "../../src/data/parquet.ts";
import { readArchitecture } from "../../src/models/network/architectures/schema.ts";
import { withFolderLocked } from "../../src/runs/folderLock.ts";
import { thisProcess } from "../../src/runs/lockHolder.ts";
import { parseSweepConfig } from "../../src/runs/sweep/config.ts";
import { readSweepManifest, sweepFolder } from "../../src/runs/sweep/folder.ts";
import { gatherJobs, sweepTable } from "../../src/runs/sweep/gather.ts";
import { parseTrainConfig } from "../../src/runs/train/config.ts";
import { readManifest } from "../../src/runs/train/manifest.ts";
import { encodeMetrics, readMetrics } from "../../src/runs/train/metricsLog.ts";
import { openTrialLog } from "../../src/runs/trialLog.ts";
import { parseYaml } from "../../src/runs/yaml.ts";
import { version } from "../../src/version.ts";
import { scratchFolder } from "../cli/noisegeo.ts";
import { smallRun } from "../runs/trainFixtures.ts";
import { damaged } from "./damage.ts";
import { expectOneLine } from "./hostile.ts";
import { fuzzing, fuzzTimeout } from "./runs.ts";
import { watched } from "./watchdog.ts";

const scratch = scratchFolder();
afterAll(scratch.remove);

const smallSweep = `
command: train
config: { name: x, list: [1, 2] }
design:
  grid: { optimiser.batchSize: [4, 8], seed: &seeds [1, 2] }
  random: { count: 3, seed: 2, fields: { schedule.learningRate: { from: 0.1, to: 1, scale: log } } }
  list: [{ a: *seeds }, { a: 2 }]
figure: { x: seed, y: loss }
`;
const architecture = "{ name: lenet, channels: [6, 16], kernel: 5, pooling: max, hidden: [120] }";

const utf8 = new TextEncoder();
const readers = {
  train: (text: string) => parseTrainConfig(text, "hostile.file"),
  sweep: (text: string) => parseSweepConfig(text, "hostile.file"),
  architecture: (text: string) => readArchitecture(parseYaml(text, "hostile.file")),
};

const refusedOrRead = (text: string, read: (text: string) => unknown) =>
  watched(text, async () => {
    try {
      // what is read can be written down
      JSON.stringify(read(text));
    } catch (error) {
      expectOneLine(error, read === readers.architecture ? "" : "hostile.file");
    }
  });

describe("a configuration", { timeout: fuzzTimeout }, () => {
  test.each([
    { kind: "train", whole: smallRun },
    { kind: "sweep", whole: smallSweep },
    { kind: "architecture", whole: architecture },
  ] as const)("of $kind, damaged", async ({ kind, whole }) => {
    readers[kind](whole);
    const others = [smallRun, smallSweep, architecture].map((text) => utf8.encode(text));
    const property = fc.asyncProperty(damaged(utf8.encode(whole), others), (bytes) =>
      refusedOrRead(new TextDecoder().decode(bytes), readers[kind]),
    );
    await fc.assert(property, fuzzing(700));
  });

  test("of any words", async () => {
    const word = fc.constantFrom(
      ...'a: |b: |- |[|]|{|}|, |? |: |&a |*a |!!binary |!!set |!x |<<: |\n|\n  |\n    |---\n|%YAML 1.1\n|"a\\nb"|\'|__proto__: |.inf|.nan|1e999|0x10|null|~|steps: |data: |model: |name: |fnn|mse|2001-01-01|# x|>\n |\t|\u0000|\u2028'.split(
        "|",
      ),
      "|\n",
    );
    const texts = fc.array(word, { maxLength: 40 }).map((words) => words.join(""));
    const property = fc.asyncProperty(texts, async (text) => {
      for (const read of Object.values(readers)) await refusedOrRead(text, read);
    });
    await fc.assert(property, fuzzing(1000));
  });

  test("with any value under its keys", async () => {
    const keys = fc.constantFrom(
      ..."data model loss targets precision seed test optimiser schedule steps instruments checkpoints command config design figure name __proto__ constructor toString".split(
        " ",
      ),
    );
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(
        Number.POSITIVE_INFINITY,
        Number.NaN,
        -0,
        2 ** 53,
        new Date(0),
        new Set([1]),
        new Map(),
        1n,
      ),
      fc.dictionary(keys, fc.jsonValue()),
    );
    const property = fc.asyncProperty(fc.dictionary(keys, value), async (config) => {
      const { checkTrainConfig } = await import("../../src/runs/train/config.ts");
      for (const read of [checkTrainConfig, readArchitecture]) {
        try {
          read(config, "hostile.file");
        } catch (error) {
          expectOneLine(error, "");
        }
      }
    });
    await fc.assert(property, fuzzing(700));
  });
});

const manifest = {
  schema: 1,
  command: "train",
  version,
  config: parseTrainConfig(smallRun, "x"),
  data: "classes",
  parameters: 21,
  kernels: { name: "wasm", description: "wasm", threads: 1 },
  status: "interrupted",
  step: 3,
  seconds: 1.5,
};
const id = "0123456789abcdef";
const sweep = {
  schema: 1,
  command: "sweep",
  of: "train",
  version,
  jobs: [{ id, point: { seed: 1 } }],
  figure: { x: "seed", y: "loss" },
};
const result = { schema: 1, id, row: { loss: 1, outcome: "finished" }, document: {}, provenance: {} };
const key = { experiment: "e", scale: "quick", seed: 1, version };

/** JSON with any part replaced by any other value. */
function changed(value: unknown): fc.Arbitrary<unknown> {
  const inside =
    typeof value === "object" && value !== null
      ? Object.entries(value).map(([key, part]) =>
          changed(part).map((other) => (Array.isArray(value) ? [other] : { ...value, [key]: other })),
        )
      : [];
  return fc.oneof(fc.jsonValue(), fc.constantFrom(null, "../../..", 1e308, -1, []), ...inside);
}

/** JSON lines of it, damaged as text or in what they say. */
const linesOf = (...values: readonly unknown[]): fc.Arbitrary<string> => {
  const text = (list: readonly unknown[]) => list.map((value) => `${JSON.stringify(value)}\n`).join("");
  const bytes = damaged(utf8.encode(text(values))).map((file) => new TextDecoder().decode(file));
  return fc.oneof(
    bytes,
    fc.tuple(...values.map((value) => fc.oneof(fc.constant(value), changed(value)))).map(text),
  );
};

describe("a file of a folder", { timeout: fuzzTimeout }, () => {
  const inFolder = async (
    files: Readonly<Record<string, string>>,
    read: (folder: string) => Promise<unknown>,
  ) => {
    const folder = join(scratch.path, "folder");
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(folder, name, ".."), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    try {
      await watched(JSON.stringify(files), async () => {
        try {
          await read(folder);
        } catch (error) {
          expectOneLine(error, folder);
        }
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  test("manifest of a run", async () => {
    const property = fc.asyncProperty(linesOf(manifest), (text) =>
      inFolder({ "manifest.json": text }, readManifest),
    );
    await fc.assert(property, fuzzing(500));
  });

  test("metrics: the rows before the first that is none", async () => {
    const rows = [0, 1, 2].map((step) => ({ step, loss: 1 / (step + 1), undefined: null }));
    const property = fc.asyncProperty(linesOf(...rows), (text) =>
      inFolder({ "metrics.jsonl": text }, async (folder) => {
        const read = await readMetrics(join(folder, "metrics.jsonl"));
        expect(encodeMetrics(read, ["step"]).length).toBeGreaterThan(0);
      }),
    );
    await fc.assert(property, fuzzing(500));
  });

  test("trials", async () => {
    const trials = [
      key,
      { label: "a", rows: [{ x: 1 }], seconds: 1, kernels: "wasm" },
      { label: "b", rows: [], seconds: 2, kernels: "wasm" },
    ];
    const property = fc.asyncProperty(linesOf(...trials), (text) =>
      inFolder({ "trials.jsonl": text }, async (folder) => {
        const log = await openTrialLog(join(folder, "trials.jsonl"), key, true);
        await log.close();
        expect(Number.isFinite(log.seconds)).toBe(true);
      }),
    );
    await fc.assert(property, fuzzing(300));
  });

  test("lock: taken over, or one line", async () => {
    const pid = spawnSync(process.execPath, ["--eval", ""]).pid;
    const property = fc.asyncProperty(linesOf({ ...thisProcess("noisegeo train"), pid }), (text) =>
      inFolder({ "noisegeo-1.lock": text }, async (folder) => {
        expect(await withFolderLocked(folder, "noisegeo train", async () => 1)).toBe(1);
      }),
    );
    await fc.assert(property, fuzzing(200));
  });

  test("manifest, results and failures of a sweep: a table, or one line", async () => {
    const property = fc.asyncProperty(
      fc.oneof(fc.constant(JSON.stringify(sweep)), linesOf(sweep)),
      linesOf(result),
      linesOf({ message: "m", attempts: 1 }),
      (manifest, done, failed) =>
        inFolder(
          { "sweep.json": manifest, [`jobs/${id}/result.json`]: done, [`jobs/${id}/failure.json`]: failed },
          async (folder) => {
            const read = await readSweepManifest(folder);
            const { rows } = await gatherJobs(sweepFolder(folder), read?.jobs ?? []);
            if (rows.length > 0) encodeParquet(sweepTable(rows));
          },
        ),
    );
    await fc.assert(property, fuzzing(500));
  });
});
