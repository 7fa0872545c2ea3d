/** A sweep's folder: sweep.json, and for each job jobs/ID with job.json, result.json or failure.json, and scratch/. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { asReadingError } from "../../fileProblem.ts";
import { InputError } from "../../inputError.ts";
import { isAbsent, writeFileAtomically } from "../atomicFile.ts";
import { type Job, type JobResult, jobCommands } from "../jobs/job.ts";
import { makeFolder } from "../makeFolder.ts";
import { isStoredRow } from "../storedRow.ts";
import type { SweepConfig } from "./config.ts";
import type { Point } from "./design.ts";
import type { PlannedJob } from "./plan.ts";

/** A job that was given up on. */
export interface Failure {
  readonly message: string;
  readonly attempts: number;
}

const failureSchema = z.object({ message: z.string(), attempts: z.number() });

/** A job by its id, and the fields that make it differ from the others. */
export interface SweptJob {
  readonly id: string;
  readonly point: Point;
}

/** sweep.json: what the sweep is, in the order of its design. */
export interface SweepManifest {
  readonly schema: 1;
  readonly command: "sweep";
  readonly of: Job["command"];
  readonly version: string;
  readonly jobs: readonly SweptJob[];
  readonly figure?: SweepConfig["figure"];
  /** Where the jobs are tiles of one measurement: of so many samples. */
  readonly tiles?: { readonly samples: number } | undefined;
}

const manifestSchema = z.object({
  schema: z.literal(1),
  command: z.literal("sweep"),
  of: z.enum([...jobCommands, "trial"]),
  version: z.string(),
  // an id names a folder: none leads out of the sweep's
  jobs: z.array(z.object({ id: z.string().regex(/^[\da-f]{16}$/), point: z.record(z.string(), z.json()) })),
  figure: z.object({ x: z.string(), y: z.string(), series: z.string().optional() }).optional(),
  tiles: z.object({ samples: z.int().min(1) }).optional(),
});

export interface SweepFolder {
  readonly path: string;
  scratch(id: string): string;
  /** Where a worker that shares this disk puts what it has done. */
  resultPath(id: string): string;
  jobPath(id: string): string;
  /** The job's result, or undefined where there is none that can be read. */
  result(id: string): Promise<JobResult | undefined>;
  keepResult(result: JobResult): Promise<void>;
  failure(id: string): Promise<Failure | undefined>;
  keepFailure(id: string, failure: Failure): Promise<void>;
  forgetFailure(id: string): Promise<void>;
}

/** Opens or makes the folder of a sweep. Throws an InputError where it holds something else. */
export async function openSweepFolder(
  path: string,
  planned: readonly PlannedJob[],
  { figure, tiles }: Pick<SweepManifest, "figure" | "tiles"> = {},
): Promise<SweepFolder> {
  await requireSweep(path);
  const folder = sweepFolder(path);
  const [{ job }] = planned;
  const manifest: SweepManifest = {
    schema: 1,
    command: "sweep",
    of: job.command,
    version: job.version,
    jobs: sweptJobs(planned),
    ...(figure && { figure }),
    ...(tiles && { tiles }),
  };
  await writeFileAtomically(join(path, "sweep.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  return folder;
}

/** What is kept of the jobs in sweep.json. */
export function sweptJobs(planned: readonly PlannedJob[]): SweptJob[] {
  return planned.map(({ job, point }) => ({ id: job.id, point }));
}

/** The places in a sweep's folder; nothing is read or made. */
export function sweepFolder(path: string): SweepFolder {
  const place = (id: string, name: string) => join(path, "jobs", id, name);
  return {
    path,
    scratch: (id) => place(id, "scratch"),
    resultPath: (id) => place(id, "result.json"),
    jobPath: (id) => place(id, "job.json"),
    async result(id) {
      const result = await readJson<JobResult>(place(id, "result.json"));
      return result?.schema === 1 && result.id === id && isStoredRow(result.row) ? result : undefined;
    },
    async keepResult(result) {
      await writeFileAtomically(place(result.id, "result.json"), `${JSON.stringify(result)}\n`);
      await rm(place(result.id, "failure.json"), { force: true });
    },
    failure: async (id) => failureSchema.safeParse(await readJson(place(id, "failure.json"))).data,
    keepFailure: (id, failure) =>
      writeFileAtomically(place(id, "failure.json"), `${JSON.stringify(failure)}\n`),
    forgetFailure: (id) => rm(place(id, "failure.json"), { force: true }),
  };
}

/** Puts the jobs where workers that share the disk find them. */
export async function writeJobs(folder: SweepFolder, jobs: readonly Job[]): Promise<void> {
  for (const job of jobs) {
    await makeFolder(folder.scratch(job.id));
    await writeFileAtomically(folder.jobPath(job.id), `${JSON.stringify(job)}\n`);
  }
}

/** sweep.json, or undefined where there is none. Throws an InputError where it cannot be read as one. */
export async function readSweepManifest(path: string): Promise<SweepManifest | undefined> {
  const file = join(path, "sweep.json");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw asReadingError(file, error);
  }
  try {
    // what is nested too deeply for the stack is no manifest either
    const { data: manifest } = manifestSchema.safeParse(JSON.parse(text));
    if (manifest) return manifest;
  } catch {}
  throw new InputError(
    `${file}: expected the manifest of a sweep, got something else; choose another folder`,
  );
}

async function requireSweep(path: string): Promise<void> {
  if (await readSweepManifest(path)) return;
  try {
    await readFile(join(path, "manifest.json"));
  } catch (error) {
    if (isAbsent(error)) return;
    throw asReadingError(path, error);
  }
  throw new InputError(
    `${path}: expected a folder for a sweep, got that of a training run; choose another with --out`,
  );
}

/** Undefined where there is no such file, or what it holds is no JSON: a crash may have left it so. */
async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as T;
  } catch (error) {
    if (isAbsent(error) || error instanceof SyntaxError) return undefined;
    throw asReadingError(path, error);
  }
}
