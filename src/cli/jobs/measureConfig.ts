import { z } from "zod";
import { readConfig, section } from "../../config.ts";
import { InputError } from "../../inputError.ts";
import { checkSource } from "../checkSource.ts";
import { checkMeasureOptions, type MeasureOptions } from "../measurePoint.ts";

const count = z.int().min(1);
const range = section({ start: z.int().min(0), count });

/** The options of `noisegeo measure` that decide its result, under their own names. */
const schema = section({
  jacobian: z.string().optional(),
  residuals: z.string().optional(),
  npz: z.string().optional(),
  safetensors: z.string().optional(),
  onnx: z.string().optional(),
  model: z.string().optional(),
  weights: z.string().optional(),
  run: z.string().optional(),
  step: z.int().min(0).optional(),
  data: z.string().optional(),
  samples: count.optional(),
  loss: z.enum(["mse", "cross-entropy"]).optional(),
  precision: z.enum(["f32", "f64"]).default("f64"),
  seed: z.int().min(0).optional(),
  estimate: count.optional(),
  top: count.optional(),
  certificate: z.boolean().optional(),
  hessian: z.boolean().optional(),
  stability: z.array(count).min(1).readonly().optional(),
  replacement: z.boolean().optional(),
  /** Of the samples, whose rows of K and whose columns: what `design: { tiles }` varies. */
  tile: section({ rows: range, columns: range }).optional(),
});

export type MeasureConfig = MeasureOptions & Pick<z.output<typeof schema>, "tile">;

/** Keys beside which there are no tiles: they need all of K, or are no sums over it. */
const beyondTiles = ["estimate", "top", "certificate", "hessian", "stability", "replacement"] as const;

/** Throws an InputError of one line, which begins with `what`. */
export function readMeasureConfig(value: unknown, what: string): MeasureConfig {
  const config = readConfig(schema, value, what) as MeasureConfig;
  try {
    checkMeasureOptions(config);
    checkSource(config);
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${what}: ${error.message}`);
    throw error;
  }
  if (config.run !== undefined && config.step === undefined) {
    throw new InputError(
      `${what}: step: expected that of a checkpoint with run, got none: the last one may be another tomorrow; give step`,
    );
  }
  if (config.tile) checkTile(config, what);
  return config;
}

function checkTile(config: MeasureConfig, what: string): void {
  if ((config.onnx ?? config.model ?? config.run) === undefined) {
    throw new InputError(`${what}: tiles: expected a network (onnx, model or run), got a Jacobian`);
  }
  const beyond = beyondTiles.find((key) => config[key] !== undefined);
  if (beyond !== undefined) {
    throw new InputError(`${what}: ${beyond}: expected without tiles, which give sums over K; leave it out`);
  }
}
