import { version } from "../../version.ts";
import { type Job, type JobCommand, type Json, makeJob } from "../jobs/job.ts";
import type { SweepConfig } from "./config.ts";
import { designPoints, type Point } from "./design.ts";
import { withField } from "./fields.ts";

/** One job of a sweep, and the fields that make it differ from the others. */
export interface PlannedJob {
  readonly job: Job;
  readonly point: Point;
}

/** A configuration as the command reads it, defaults filled in, with the files that it names. Throws an InputError where it is wrong. */
export type Prepare = (
  command: JobCommand,
  config: Json,
  what: string,
) => Promise<Pick<Job, "config" | "inputs">>;

/**
 * The jobs of a sweep in the order of its design, which `points` stand for where the design alone does not tell them. Points that come to the same work are one job, that of the first. Throws an InputError
 * that names the point where its configuration is wrong: nothing is started before all of them are right.
 */
export async function planSweep(
  { command, design }: SweepConfig,
  base: Json,
  prepare: Prepare,
  file: string,
  points: readonly Point[] = designPoints(design),
): Promise<PlannedJob[]> {
  const planned = new Map<string, PlannedJob>();
  for (const point of points) {
    const fields = Object.entries(point);
    const what = `${file} at ${fields.map(([path, value]) => `${path} = ${JSON.stringify(value)}`).join(", ")}`;
    const config = fields.reduce((partial, [path, value]) => withField(partial, path, value, file), base);
    const job = makeJob({ command, version, ...(await prepare(command, config, what)) });
    if (!planned.has(job.id)) planned.set(job.id, { job, point });
  }
  return [...planned.values()];
}
