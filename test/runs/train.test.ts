import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../../src/inputError.ts";
import { readManifest } from "../../src/runs/train/manifest.ts";
import { scratchFolder } from "../cli/noisegeo.ts";
import {
  configIn,
  contentOf,
  leaveAsKilled,
  rowsOf,
  smallRun,
  train,
  writeClasses,
} from "./trainFixtures.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const place = (...parts: string[]) => join(scratch.path, ...parts);
const config = () => configIn(scratch.path, smallRun);

let runs = 0;
/** A folder that is not there yet. */
const fresh = () => place(`run-${runs++}`);

let whole: string;
beforeAll(async () => {
  await writeClasses(place("classes.npz"), 30, [3]);
  whole = fresh();
  const { end } = await train(config(), whole);
  expect(end).toEqual({ status: "finished", step: 40 });
});

test("the folder holds manifest, metrics and checkpoints", async () => {
  expect(readdirSync(whole).sort()).toEqual([
    "checkpoints",
    "manifest.json",
    "metrics.jsonl",
    "metrics.parquet",
  ]);
  expect(readdirSync(join(whole, "checkpoints"))).toEqual(
    [0, 8, 16, 24, 32, 40].map((step) => `step-${String(step).padStart(9, "0")}.safetensors`),
  );
  const manifest = await readManifest(whole);
  expect(manifest).toMatchObject({
    schema: 1,
    command: "train",
    config: JSON.parse(JSON.stringify(config())),
    parameters: 26,
    status: "finished",
    step: 40,
    kernels: { threads: 1 },
  });
  expect(manifest!.data).toContain("classes.npz");
  expect(manifest!.seconds).toBeGreaterThan(0);
});

test("a row a step that something is due at, the same in parquet", async () => {
  const rows = rowsOf(whole);
  expect(rows.map(({ step }) => step)).toEqual(Array.from({ length: 41 }, (_, step) => step));
  const columns = [
    "step",
    "learningRate",
    "batchLoss",
    "loss",
    "accuracy",
    "lossAlignment",
    "lossAlignmentLow",
    "lossAlignmentHigh",
    "lossAlignmentSecondMoment",
    "directionalAlignment1",
    "directionalAlignment2",
    "maxEigenvalue",
    "undefined",
  ];
  for (const row of rows) {
    expect(Object.keys(row)).toEqual(columns);
    expect(row.loss).toBeGreaterThan(0);
    expect(row.undefined).toBeNull();
    const isMeasured = row.step % 5 === 0;
    for (const column of columns.slice(5, 12))
      expect(row[column] !== null, `${column} at ${row.step}`).toBe(isMeasured);
  }
  expect(rows[0].learningRate).toBe(0.1);
  expect(rows[20].learningRate).toBeCloseTo(0.05, 14);
  expect([rows[40].learningRate, rows[40].batchLoss]).toEqual([null, null]);
  expect(rows[40].loss).toBeLessThan(0.5 * (rows[0].loss as number));

  const bytes = readFileSync(join(whole, "metrics.parquet"));
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  expect(await parquetReadObjects({ file })).toEqual(rows);
});

describe("broken off and resumed, the result is the same to the bit", () => {
  const expectWhole = (folder: string) => expect(contentOf(folder, 8)).toEqual(contentOf(whole, 8));

  test("by aborting, several times, at any step", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 41 }), { minLength: 1, maxLength: 4 }), async (rowsBefore) => {
        const folder = fresh();
        for (const rows of rowsBefore) {
          const controller = new AbortController();
          const watch = setInterval(() => {
            if (rowsOf(folder).length >= rows) controller.abort();
          }, 0);
          const { end } = await train(config(), folder, { resume: true, signal: controller.signal });
          clearInterval(watch);
          if (end.status !== "finished") expect(end.status).toBe("interrupted");
          expect((await readManifest(folder))!.status).toBe(end.status);
        }
        const { end } = await train(config(), folder, { resume: true });
        expect(end.status).toBe("finished");
        expectWhole(folder);
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });

  const killedAt = (step: number, cut: number): string => {
    const folder = fresh();
    leaveAsKilled(whole, folder, step, cut);
    return folder;
  };

  test("by a crash at any step", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 40 }), fc.double({ min: 0, max: 1, noNaN: true }), async (step, cut) => {
        const folder = killedAt(step, cut);
        const notes: string[] = [];
        const { start } = await train(config(), folder, { resume: true, note: (line) => notes.push(line) });
        expect(start).toBe(step - (step % 8));
        expect(notes).toEqual([]);
        expectWhole(folder);
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });

  test("a checkpoint that is damaged is passed over, with a note", async () => {
    for (const damage of [
      (path: string) => truncateSync(path, 100),
      (path: string) => truncateSync(path, 0),
      (path: string) => writeFileSync(path, "rubbish"),
    ]) {
      const folder = killedAt(20, 0.5);
      damage(join(folder, "checkpoints", "step-000000016.safetensors"));
      const notes: string[] = [];
      const { start } = await train(config(), folder, { resume: true, note: (line) => notes.push(line) });
      expect(start).toBe(8);
      expect(notes).toHaveLength(1);
      expect(notes[0]).toMatch(/step-000000016\.safetensors.*; going back to the checkpoint before$/);
      expectWhole(folder);
    }
  });

  test("lost rows are measured again", async () => {
    const folder = killedAt(30, 0);
    const log = join(folder, "metrics.jsonl");
    truncateSync(log, Math.floor(readFileSync(log).length / 3));
    const notes: string[] = [];
    await train(config(), folder, { resume: true, note: (line) => notes.push(line) });
    expect(notes[0]).toBe("the metrics lack rows from before step 24; going back to the checkpoint before");
    expectWhole(folder);
  });

  test("with every checkpoint damaged the run begins anew", async () => {
    const folder = killedAt(10, 0);
    for (const name of readdirSync(join(folder, "checkpoints")))
      writeFileSync(join(folder, "checkpoints", name), "");
    const notes: string[] = [];
    const { start } = await train(config(), folder, { resume: true, note: (line) => notes.push(line) });
    expect([start, notes.length]).toEqual([0, 2]);
    expectWhole(folder);
  });

  test("a finished run stays as it is", async () => {
    const folder = fresh();
    cpSync(whole, folder, { recursive: true });
    const { start, end } = await train(config(), folder, { resume: true });
    expect([start, end]).toEqual([40, { status: "finished", step: 40 }]);
    expectWhole(folder);
  });
});

describe("a folder that is not this run's", () => {
  test("a run that nobody wants resumed", async () => {
    await expect(train(config(), whole)).rejects.toThrow(
      /run-0: expected a folder without a run, got one finished at step 40 of 40; go on with it by --resume, or choose another with --out$/,
    );
    expect(contentOf(whole, 8)["metrics.jsonl"]).not.toBe("");
  });

  test("a configuration that was edited: the key, both values", async () => {
    const edited = async (change: (text: string) => string) => {
      const error = await train(configIn(scratch.path, change(smallRun)), whole, { resume: true }).catch(
        (e) => e,
      );
      expect(error).toBeInstanceOf(InputError);
      return error.message as string;
    };
    expect(await edited((text) => text.replace("learningRate: 0.1", "learningRate: 0.2"))).toMatch(
      /^schedule\.learningRate: expected 0\.1 as in the run in .*run-0, got 0\.2; resume it with its own configuration, or choose another folder with --out$/,
    );
    expect(await edited((text) => text.replace("[4]", "[4, 5]"))).toMatch(
      /^model\.hidden\[1\]: expected nothing as in .*, got 5;/,
    );
    expect(await edited((text) => text.replace(/checkpoints.*\n/, ""))).toMatch(
      /^checkpoints: expected {"every":8} as in .*, got nothing;/,
    );
    expect(
      await edited((text) => text.replace("cosine, learningRate: 0.1", "constant, learningRate: 0.1")),
    ).toMatch(/^schedule\.name: expected "cosine" as in .*, got "constant";/);
    expect(await edited((text) => `${text}seed: 2\n`)).toMatch(/^seed: expected 1 as in .*, got 2;/);
  });

  test("another version, other kernels, other threads", async () => {
    const withManifest = (change: (manifest: Record<string, unknown>) => object) => {
      const folder = fresh();
      cpSync(whole, folder, { recursive: true });
      const path = join(folder, "manifest.json");
      const manifest = JSON.parse(readFileSync(path, "utf8"));
      writeFileSync(path, JSON.stringify({ ...manifest, ...change(manifest) }));
      return folder;
    };
    await expect(
      train(
        config(),
        withManifest(() => ({ version: "0.0.1" })),
        { resume: true },
      ),
    ).rejects.toThrow(/: expected a run of version .* to resume, got one of 0\.0\.1, /);
    const { name, threads, description } = (await readManifest(whole))!.kernels;
    for (const other of ["native", "wasm", "wasm-relaxed"].filter((kind) => kind !== name)) {
      const otherKernels = withManifest(() => ({ kernels: { name: other, threads, description } }));
      await expect(train(config(), otherKernels, { resume: true })).rejects.toThrow(
        `kernels: expected ${other} as in the run to resume, got ${name}, which round otherwise; set NOISEGEO_KERNELS=${other}`,
      );
    }
    await expect(train(config(), whole, { resume: true, threads: 2 })).rejects.toThrow(
      "--threads: expected 1 as in the run to resume",
    );
    const notes: string[] = [];
    const renamed = withManifest(() => ({ kernels: { name, threads, description: "an older library" } }));
    await train(config(), renamed, { resume: true, note: (line) => notes.push(line) });
    expect(notes).toEqual([
      `kernels were an older library and are ${description}: the last digits may differ`,
    ]);
  });

  test("something else under the name of a manifest; checkpoints without one", async () => {
    const folder = fresh();
    mkdirSync(folder);
    writeFileSync(join(folder, "manifest.json"), '{"schema": 2}');
    await expect(train(config(), folder, { resume: true })).rejects.toThrow(
      /manifest\.json: expected the manifest of a training run, got something else/,
    );
    const orphaned = fresh();
    cpSync(whole, orphaned, { recursive: true });
    rmSync(join(orphaned, "manifest.json"));
    for (const resume of [true, false]) {
      await expect(train(config(), orphaned, { resume })).rejects.toThrow(
        /: expected a manifest\.json beside checkpoints, got none/,
      );
    }
  });
});

test("what the data do not have is an InputError that names the key, before anything is written", async () => {
  const folder = fresh();
  const complaint = async (text: string) => {
    const error = await train(configIn(scratch.path, text), folder).catch((e) => e);
    expect(error).toBeInstanceOf(InputError);
    expect(existsSync(folder)).toBe(false);
    return error.message as string;
  };
  expect(await complaint(smallRun.replace("samples: 12", "samples: 31"))).toBe(
    "instruments[1].samples: expected at most the 30 training samples, got 31",
  );
  expect(await complaint(smallRun.replace("batchSize: 4", "batchSize: 31"))).toBe(
    "optimiser.batchSize: expected at most the 30 training samples without replacement, got 31",
  );
  expect(await complaint(smallRun.replace("[loss, accuracy]", "[testLoss]"))).toBe(
    "test.file: expected an npz file to test on, got nothing; give one, or leave testLoss and testAccuracy out",
  );
  expect(await complaint(`${smallRun}targets: values\n`)).toBe(
    "instruments[0].quantities: expected classes for accuracy, targets are values; leave it out",
  );
  expect(await complaint(smallRun.replace("mse", "cross-entropy\ntargets: signs"))).toMatch(
    /^targets: expected classes \(one-hot\) or rows of probabilities for cross-entropy, got signs/,
  );
  expect(await complaint(smallRun.replace("classes.npz", "nowhere.npz"))).toMatch(/nowhere\.npz/);
});

test("--resume where there is no run begins one", async () => {
  const folder = fresh();
  await train(config(), folder, { resume: true });
  expect(contentOf(folder, 8)).toEqual(contentOf(whole, 8));
});

test("a run that diverges says where, keeps finite checkpoints and the rows so far", async () => {
  const folder = fresh();
  const wild = smallRun
    .replace("cosine, learningRate: 0.1", "constant, learningRate: 1.0e+6")
    .replace("tanh", "relu");
  const { end } = await train(configIn(scratch.path, wild), folder);
  expect(end).toMatchObject({ status: "diverged", learningRate: 1e6 });
  expect(end.step).toBeGreaterThan(0);
  expect(await readManifest(folder)).toMatchObject({ status: "diverged", step: end.step });
  expect(existsSync(join(folder, "metrics.parquet"))).toBe(true);
  const rows = rowsOf(folder);
  expect(rows.length).toBe(end.step);
  // resumed, it comes to the same end
  const again = await train(configIn(scratch.path, wild), folder, { resume: true });
  expect(again.end).toEqual(end);
  expect(rowsOf(folder)).toEqual(rows);
});
