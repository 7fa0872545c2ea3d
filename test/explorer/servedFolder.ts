/** A folder as `noisegeo explore` is given one: a run trained here, one being written, a sweep under way, a reproduction. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeExperiment } from "../../src/cli/experimentFiles.ts";
import type { Check, Experiment } from "../../src/experiments/experiment.ts";
import type { Figure } from "../../src/experiments/figure.ts";
import type { JobResult } from "../../src/runs/jobs/job.ts";
import type { SweepManifest } from "../../src/runs/sweep/folder.ts";
import type { MetricsRow } from "../../src/runs/train/metricsLog.ts";
import { configIn, smallRun, train, writeClasses } from "../runs/trainFixtures.ts";
import { putInPlace } from "../serve/putInPlace.ts";

const manifestOfLive = {
  schema: 1,
  command: "train",
  version: "0.1.0",
  config: { data: { name: "mnist" }, model: { name: "fnn", hidden: [4] }, loss: "mse", steps: 100, seed: 7 },
  data: "mnist",
  parameters: 26,
  kernels: { name: "wasm", description: "WebAssembly", threads: 1 },
  status: "running",
  step: 0,
  seconds: 1,
};

/** Numbers that no rounding in between would leave as they are. */
export function liveRow(step: number): MetricsRow {
  const mu = 1 + Math.sin(step) / 7;
  return {
    step,
    learningRate: 0.1,
    loss: Math.exp(-step / 9) / 3,
    lossAlignment: mu,
    lossAlignmentLow: mu - 1 / 3,
    lossAlignmentHigh: mu + 1 / 3,
    undefined: null,
  };
}

export const linesOf = (rows: readonly MetricsRow[]) =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join("");
export const liveRows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, k) => liveRow(from + k));

export function writeManifest(folder: string, change: object): void {
  putInPlace(join(folder, "manifest.json"), JSON.stringify({ ...manifestOfLive, ...change }));
}

export function writeLiveRun(folder: string, rows: readonly MetricsRow[], status = "running"): void {
  mkdirSync(join(folder, "checkpoints"), { recursive: true });
  const step = rows.at(-1)?.step ?? 0;
  writeManifest(folder, { status, step });
  writeFileSync(join(folder, "metrics.jsonl"), linesOf(rows));
}

const rates = [0.01, 0.1];
const seeds = [1, 2, 3];
export const jobs = rates.flatMap((rate) =>
  seeds.map((seed) => ({ id: `job${rate * 100}-${seed}`, point: { "schedule.learningRate": rate, seed } })),
);
/** What a job comes to, by its place in the design. */
export const lossOf = (k: number) => 1 / (3 + k);

export function endJob(sweep: string, k: number): void {
  const { id } = jobs[k];
  const result: JobResult = {
    schema: 1,
    id,
    row: { outcome: "finished", loss: lossOf(k) },
    document: null,
    provenance: { seconds: 1, kernels: "wasm", worker: "a thread" },
  };
  putInPlace(join(sweep, "jobs", id, "result.json"), JSON.stringify(result));
}

function failJob(sweep: string, k: number): void {
  const failure = { message: "out of memory", attempts: 3 };
  writeFileSync(join(sweep, "jobs", jobs[k].id, "failure.json"), JSON.stringify(failure));
}

function writeSweep(folder: string): void {
  const manifest: SweepManifest = { schema: 1, command: "sweep", of: "train", version: "0.1.0", jobs };
  for (const { id } of jobs) mkdirSync(join(folder, "jobs", id), { recursive: true });
  writeFileSync(join(folder, "sweep.json"), JSON.stringify(manifest));
  for (const k of [0, 1]) {
    writeLiveRun(join(folder, "jobs", jobs[k].id, "scratch", "run"), liveRows(0, 60 + k), "finished");
    endJob(folder, k);
  }
  writeLiveRun(join(folder, "jobs", jobs[2].id, "scratch", "run"), liveRows(0, 31));
  failJob(folder, 3);
}

export const checks: readonly Check[] = [
  {
    statement: "mean μ lies within 15 % of 1",
    verdict: "holds",
    estimate: { mean: 1 / 1.02, low: 1 / 1.02 - 0.03, high: 1 / 1.02 + 0.03, repetitions: 20 },
    atLeast: 0.85,
    atMost: 1.15,
  },
  {
    statement: "mean g is at least 0.8",
    verdict: "holds",
    estimate: { mean: 0.9, low: 0.9 - 1 / 15, high: 0.9 + 1 / 15, repetitions: 20 },
    atLeast: 0.8,
  },
];
export const figure: Figure = {
  id: "mu",
  title: "μ against n",
  caption: "Means over seeds.",
  panels: [
    {
      x: { label: "samples n", scale: "log" },
      y: { label: "μ (dimensionless)", scale: "linear" },
      layers: [
        {
          kind: "points",
          series: "isotropic",
          points: [
            { x: 4, y: 2 / 3 },
            { x: 16, y: 15 / 16 },
          ],
        },
      ],
    },
  ],
};

async function writeReproduction(folder: string): Promise<void> {
  const experiment = (id: string, title: string) =>
    ({ id, title, claim: `${title} [paper §3].` }) as Experiment;
  const made = [
    { scale: "quick", seed: 1, seconds: 2 } as const,
    { version: "0.1.0", kernels: "wasm" },
  ] as const;
  const result = {
    checks,
    reading: "What was seen.",
    setting: ["Linear model."],
    figures: [figure],
    table: { n: [4] },
  };
  await writeExperiment(folder, experiment("linear-alignment", "Noise aligns"), result, ...made);
  const open: readonly Check[] = [{ ...checks[0], verdict: "inconclusive", atLeast: 0.97 }];
  await writeExperiment(
    folder,
    experiment("stability", "Noise moves the edge"),
    { ...result, checks: open },
    ...made,
  );
  mkdirSync(join(folder, "escape"), { recursive: true });
  writeFileSync(join(folder, "escape", "trials.jsonl"), "{}\n");
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>reproduction</title><p>The whole page");
}

/** Below `root`: runs/trained, runs/live, sweeps/rates, reproduction. @returns the rows of the trained run */
export async function writeFolder(root: string): Promise<readonly MetricsRow[]> {
  await writeClasses(join(root, "classes.npz"), 40, [3]);
  const { rows } = await train(configIn(root, smallRun), join(root, "runs", "trained"));
  writeLiveRun(join(root, "runs", "live"), liveRows(0, 3));
  mkdirSync(join(root, "sweeps", "rates"), { recursive: true });
  writeSweep(join(root, "sweeps", "rates"));
  await writeReproduction(join(root, "reproduction"));
  return rows;
}
