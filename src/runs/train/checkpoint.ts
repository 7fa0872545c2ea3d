import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readAll } from "../../data/arraySource.ts";
import { openFile } from "../../data/byteSource.ts";
import type { ShapedArray } from "../../data/floatElements.ts";
import { openSafetensors } from "../../data/safetensors.ts";
import { encodeSafetensors } from "../../data/safetensorsWriter.ts";
import { asReadingError } from "../../fileProblem.ts";
import { InputError } from "../../inputError.ts";
import type { FloatArray } from "../../linalg/matrix.ts";
import { type Graph, parameterOffsets } from "../../models/network/graph.ts";
import { describeShape, sameShape, sizeOf } from "../../models/network/shape.ts";
import { isAbsent, writeFileAtomically } from "../atomicFile.ts";

/** Where an optimiser stands before a step. */
export interface Checkpoint {
  readonly step: number;
  readonly theta: FloatArray;
  readonly velocity?: FloatArray | undefined;
}

/** In a run's folder. */
export const checkpointFolder = "checkpoints";
const velocityPrefix = "optimiser.velocity.";

/** checkpoints/step-000000500.safetensors: parameters and buffers under their own names, the velocity of each parameter after a prefix. */
export async function writeCheckpoint(folder: string, graph: Graph, checkpoint: Checkpoint): Promise<void> {
  const tensors: Record<string, ShapedArray> = {};
  const put = (prefix: string, flat: FloatArray) => {
    const offsets = parameterOffsets(graph);
    for (const [k, { name, shape }] of graph.parameters.entries()) {
      // a copy: the array may lie in memory that cannot be written from
      tensors[prefix + name] = { data: flat.slice(offsets[k], offsets[k] + sizeOf(shape)), shape };
    }
  };
  put("", checkpoint.theta);
  for (const { name, shape, data } of graph.buffers) tensors[name] = { data, shape };
  if (checkpoint.velocity) put(velocityPrefix, checkpoint.velocity);
  const content = encodeSafetensors(tensors, { step: String(checkpoint.step) });
  await writeFileAtomically(checkpointPath(folder, checkpoint.step), content);
}

/** Steps that there are checkpoints of, ascending. */
export async function checkpointSteps(folder: string): Promise<number[]> {
  let names: string[];
  try {
    names = await readdir(join(folder, checkpointFolder));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw asReadingError(join(folder, checkpointFolder), error);
  }
  return names
    .flatMap((name) => /^step-(\d+)\.safetensors$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** Reads a checkpoint, and its buffers into the graph's. Throws an InputError where it is not one of this network. */
export async function readCheckpoint(folder: string, graph: Graph, step: number): Promise<Checkpoint> {
  const path = checkpointPath(folder, step);
  const file = await openSafetensors(await openFile(path));
  const names = new Set(file.names);
  try {
    const tensor = async (name: string, shape: readonly number[]): Promise<Float64Array> => {
      const array = await file.array(name);
      if (!sameShape(array.shape, shape)) {
        throw new InputError(
          `${path}: expected ${name} of shape ${describeShape(shape)} as in the configuration, got ${describeShape(array.shape)}; this is a checkpoint of another network`,
        );
      }
      return readAll(array);
    };
    const flat = async (prefix: string): Promise<Float64Array> => {
      const parts = [];
      for (const { name, shape } of graph.parameters) parts.push(await tensor(prefix + name, shape));
      const result = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of parts) {
        result.set(part, at);
        at += part.length;
      }
      return result;
    };
    const theta = await flat("");
    const withVelocity = graph.parameters.some(({ name }) => names.has(velocityPrefix + name));
    const velocity = withVelocity ? await flat(velocityPrefix) : undefined;
    const buffers = [];
    for (const { name, shape } of graph.buffers) buffers.push(await tensor(name, shape));
    // last, so that a file that cannot be read leaves the graph as it was
    for (const [k, { data }] of graph.buffers.entries()) data.set(buffers[k]);
    return { step, theta, velocity };
  } finally {
    await file.close();
  }
}

/** Whether it is there or not. */
export function checkpointPath(folder: string, step: number): string {
  return join(folder, checkpointFolder, `step-${String(step).padStart(9, "0")}.safetensors`);
}
