import { isDeepStrictEqual } from "node:util";
import { InputError } from "../../inputError.ts";
import type { Graph } from "../../models/network/graph.ts";
import { version } from "../../version.ts";
import { type Checkpoint, checkpointSteps, readCheckpoint } from "./checkpoint.ts";
import type { TrainConfig } from "./config.ts";
import { type Manifest, readManifest } from "./manifest.ts";

/**
 * What a folder holds of this run, undefined where it is free. Throws an InputError where there is a run already and none
 * is to be resumed, or the run there is of another configuration or version.
 */
export async function earlierRun(
  folder: string,
  config: TrainConfig,
  resume: boolean,
): Promise<Manifest | undefined> {
  const manifest = await readManifest(folder);
  if (!manifest) {
    if ((await checkpointSteps(folder)).length === 0) return undefined;
    throw new InputError(
      `${folder}: expected a manifest.json beside checkpoints, got none; choose another folder with --out`,
    );
  }
  if (!resume) {
    throw new InputError(
      `${folder}: expected a folder without a run, got one ${manifest.status} at step ${manifest.step} of ${manifest.config.steps}; go on with it by --resume, or choose another with --out`,
    );
  }
  if (manifest.version !== version) {
    throw new InputError(
      `${folder}: expected a run of version ${version} to resume, got one of ${manifest.version}, whose numbers may differ; use that version, or choose another folder with --out`,
    );
  }
  const change = difference(manifest.config, JSON.parse(JSON.stringify(config)), "");
  if (change) {
    const [key, was, is] = change;
    throw new InputError(
      `${key}: expected ${shown(was)} as in the run in ${folder}, got ${shown(is)}; resume it with its own configuration, or choose another folder with --out`,
    );
  }
  return manifest;
}

/**
 * The newest checkpoint that can be read and whose past the metrics hold (`isComplete`), or undefined to start anew. `note`
 * is told of each one passed over.
 */
export async function newestCheckpoint(
  folder: string,
  graph: Graph,
  isComplete: (step: number) => boolean,
  note: (line: string) => void,
): Promise<Checkpoint | undefined> {
  for (const step of (await checkpointSteps(folder)).toReversed()) {
    if (!isComplete(step)) {
      note(`the metrics lack rows from before step ${step}; going back to the checkpoint before`);
      continue;
    }
    try {
      return await readCheckpoint(folder, graph, step);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      note(`${error.message}; going back to the checkpoint before`);
    }
  }
  return undefined;
}

/** The first key whose values differ, with both of them. */
function difference(was: unknown, is: unknown, path: string): [string, unknown, unknown] | undefined {
  if (isDeepStrictEqual(was, is)) return undefined;
  if (!isObject(was) || !isObject(is) || Array.isArray(was) !== Array.isArray(is)) return [path, was, is];
  for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const below = Array.isArray(was) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    const found = difference(was[key], is[key], below);
    if (found) return found;
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? "nothing";
}
