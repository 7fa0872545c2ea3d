import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { asReadingError } from "../../fileProblem.ts";
import { InputError } from "../../inputError.ts";
import { isAbsent, writeFileAtomically } from "../atomicFile.ts";
import { checkTrainConfig, type TrainConfig } from "./config.ts";

/** What a run is and how far it has come: manifest.json of its folder. */
export interface Manifest {
  readonly schema: 1;
  readonly command: "train";
  readonly version: string;
  /** Everything that decides the result, defaults filled in. */
  readonly config: TrainConfig;
  readonly data: string;
  readonly parameters: number;
  /** What the arithmetic ran on: another library or thread count may round differently. */
  readonly kernels: { readonly name: string; readonly description: string; readonly threads: number };
  readonly status: "running" | "interrupted" | "diverged" | "finished";
  /** Steps done when this was written. */
  readonly step: number;
  /** Spent so far, over all sessions. */
  readonly seconds: number;
}

const manifestSchema = z.object({
  schema: z.literal(1),
  command: z.literal("train"),
  version: z.string(),
  config: z.looseObject({}),
  data: z.string(),
  parameters: z.int().min(0),
  kernels: z.object({ name: z.string(), description: z.string(), threads: z.int().min(1) }),
  status: z.enum(["running", "interrupted", "diverged", "finished"]),
  step: z.int().min(0),
  seconds: z.number().min(0),
});

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeFileAtomically(manifestPath(folder), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The manifest of a run's folder, or undefined where there is none. Throws an InputError where it cannot be read as one. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  let text: string;
  try {
    text = await readFile(manifestPath(folder), "utf8");
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw asReadingError(manifestPath(folder), error);
  }
  const { data: manifest } = manifestSchema.safeParse(parsed(text));
  if (!manifest) {
    throw new InputError(
      `${manifestPath(folder)}: expected the manifest of a training run, got something else; choose another folder`,
    );
  }
  return { ...manifest, config: checkTrainConfig(manifest.config, `${manifestPath(folder)}: config`) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function manifestPath(folder: string): string {
  return join(folder, "manifest.json");
}
