/** Training runs of a few dozen samples and parameters. */
import { createHash, randomUUID } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeNpz } from "../../src/data/npzWriter.ts";
import { createStream } from "../../src/random/index.ts";
import { parseTrainConfig, type TrainConfig } from "../../src/runs/train/config.ts";
import type { MetricsRow } from "../../src/runs/train/metricsLog.ts";
import { type TrainOptions, type TrainResult, trainRun } from "../../src/runs/train/trainRun.ts";

/** Writes x (n × shape) and y, 0 or 1 by the sign of the first features, learnable but for some noise. */
export async function writeClasses(
  path: string,
  samples: number,
  shape: readonly number[],
  seed = 1,
): Promise<void> {
  const width = shape.reduce((product, length) => product * length, 1);
  const stream = createStream(seed);
  const x = stream.gaussians(new Float64Array(samples * width));
  const y = Int32Array.from({ length: samples }, (_, i) =>
    x[i * width] + x[i * width + 1] + 0.3 * stream.gaussian() > 0 ? 1 : 0,
  );
  writeFileSync(
    path,
    await encodeNpz({ x: { data: x, shape: [samples, ...shape] }, y: { data: y, shape: [samples] } }),
  );
}

/** `classes.npz` must be there (`writeClasses`, with 3 features). */
export const smallRun = `
data: { name: npz, file: classes.npz }
model: { name: fnn, hidden: [4], activation: tanh }
loss: mse
optimiser: { batchSize: 4, momentum: 0.8, weightDecay: 0.001 }
schedule: { name: cosine, learningRate: 0.1 }
steps: 40
checkpoints: { every: 8 }
instruments:
  - { quantities: [loss, accuracy], every: 1 }
  - { quantities: [lossAlignment, directionalAlignment, maxEigenvalue], every: 5, samples: 12, top: 2 }
`;

/** The configuration with its data in another folder. */
export function configIn(folder: string, text: string): TrainConfig {
  return parseTrainConfig(text.replaceAll(/file: (\w+\.npz)/g, `file: ${join(folder, "$1")}`), "run.yaml");
}

export function train(
  config: TrainConfig,
  folder: string,
  more: Partial<TrainOptions> = {},
): Promise<TrainResult> {
  return trainRun({ config, folder, signal: new AbortController().signal, ...more });
}

/** Everything in a run's folder that must not depend on how often it was broken off, by name; checkpoints only at the steps planned. */
export function contentOf(folder: string, every: number): Record<string, string> {
  const files = ["metrics.jsonl", "metrics.parquet"];
  const checkpoints = readdirSync(join(folder, "checkpoints")).filter((name) => {
    const step = Number(/\d+/.exec(name));
    return step % every === 0;
  });
  return Object.fromEntries(
    [...files, ...checkpoints.map((name) => join("checkpoints", name))].map((name) => [
      name,
      createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex"),
    ]),
  );
}

/** Rows that are written to the end; the run may be at the next. */
export function rowsOf(folder: string): MetricsRow[] {
  const path = join(folder, "metrics.jsonl");
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/**
 * Makes `folder` what a kill during this step would have left of a finished run: the checkpoints up to it, the rows before it, and a
 * line and a file cut short.
 */
export function leaveAsKilled(whole: string, folder: string, step: number, cut: number): void {
  cpSync(whole, folder, { recursive: true });
  rmSync(join(folder, "metrics.parquet"));
  const lines = readFileSync(join(folder, "metrics.jsonl"), "utf8").split("\n");
  const kept = rowsOf(whole).filter((row) => row.step < step).length;
  const torn = lines[kept].slice(0, Math.floor(lines[kept].length * cut));
  writeFileSync(join(folder, "metrics.jsonl"), [...lines.slice(0, kept), torn].join("\n"));
  for (const name of readdirSync(join(folder, "checkpoints"))) {
    if (Number(/\d+/.exec(name)) > step) rmSync(join(folder, "checkpoints", name));
  }
  writeFileSync(join(folder, "checkpoints", `step-000009999.safetensors.${randomUUID()}.tmp`), "half a");
  const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  writeFileSync(join(folder, "manifest.json"), JSON.stringify({ ...manifest, status: "running", step: 0 }));
}
