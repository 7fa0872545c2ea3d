import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { isUnreachable, locate } from "./servedFolder.ts";

/** A folder that holds a run, a sweep or a reproduction. */
export interface Place {
  readonly id: string;
  readonly kind: "run" | "sweep" | "reproduction";
  readonly name: string;
  /** Of its folder, from the folder served on; none for that folder itself. */
  readonly names: readonly string[];
}

/** A sweep keeps its runs in jobs/ID/scratch/run; it may itself lie in a folder of sweeps beside one of runs. */
const deepest = 6;
/** Not to look through a whole disk where somebody serves it. */
const mostFolders = 20_000;

/**
 * Every run, sweep and reproduction in a folder, itself included; those inside of another, a sweep apart, are not looked for, links
 * and hidden folders not followed. @param root a real path
 */
export async function findPlaces(root: string): Promise<readonly Place[]> {
  const places: Place[] = [];
  let level: readonly (readonly string[])[] = [[]];
  let looked = 0;
  for (let depth = 0; depth <= deepest && level.length > 0; depth++) {
    const below: (readonly string[])[] = [];
    for (const names of level) {
      if (++looked > mostFolders) return places;
      const folders = await foldersIn(join(root, ...names));
      const kind = await kindOf(root, names, folders);
      if (kind) places.push({ id: idOf(names), kind, name: basename(join(root, ...names)), names });
      if (!kind || kind === "sweep") below.push(...folders.map((name) => [...names, name]));
    }
    level = below;
  }
  return places;
}

/** Names of the folders in a folder, links and hidden ones left out. */
export async function foldersIn(path: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !/^\.|^node_modules$/.test(entry.name))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if (isUnreachable(error)) return [];
    throw error;
  }
}

/** A sweep has a manifest of its own, a run one and metrics; a reproduction an experiment's trials or result under the experiment's id. */
async function kindOf(
  root: string,
  names: readonly string[],
  folders: readonly string[],
): Promise<Place["kind"] | undefined> {
  const holds = async (...more: string[]) => (await locate(root, ...names, ...more)) !== undefined;
  if ((await holds("manifest.json")) && (folders.includes("checkpoints") || (await holds("metrics.jsonl")))) {
    return "run";
  }
  if (await holds("sweep.json")) return "sweep";
  for (const folder of folders) {
    if ((await holds(folder, "trials.jsonl")) || (await holds(folder, "record.json"))) return "reproduction";
  }
  return undefined;
}

/** As it is shown: with slashes, "." for the folder served itself. */
export const pathOf = ({ names }: Place) => names.join("/") || ".";

/** An address of its own for each place, whatever its folders are called. */
function idOf(names: readonly string[]): string {
  return createHash("sha256").update(names.join("/")).digest("hex").slice(0, 16);
}
