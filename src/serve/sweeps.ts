import type { Failure, SweepManifest } from "../runs/sweep/folder.ts";
import { gatherJobs, type JobEnds } from "../runs/sweep/gather.ts";
import type { SweepDetails, SweepSummary, SweepTableRow } from "./api.ts";
import { type Place, pathOf } from "./catalog.ts";
import { changeTime, filesOf, lastChange, readJsonWithin } from "./placeFiles.ts";
import { isServedName } from "./servedFolder.ts";

/** In short, or undefined where its manifest cannot be read. @param root the folder served, a real path */
export async function sweepSummary(root: string, place: Place): Promise<SweepSummary | undefined> {
  const manifest = await manifestOf(root, place);
  return manifest && summary(root, place, manifest);
}

/** With the row of every job that has come to an end. */
export async function sweepDetails(root: string, place: Place): Promise<SweepDetails | undefined> {
  const manifest = await manifestOf(root, place);
  if (!manifest) return undefined;
  return {
    schema: 1,
    summary: await summary(root, place, manifest),
    fields: [...new Set(manifest.jobs.flatMap(({ point }) => Object.keys(point)))],
    figure: manifest.figure ?? null,
    rows: (await gatherJobs(jobEnds(root, place), manifest.jobs)).rows,
    files: await filesOf(root, place),
  };
}

async function manifestOf(root: string, { names }: Place): Promise<SweepManifest | undefined> {
  const manifest = await readJsonWithin<SweepManifest>(root, [...names, "sweep.json"]);
  const isSweep = manifest?.schema === 1 && manifest.command === "sweep" && Array.isArray(manifest.jobs);
  // ids name folders: none leads out of the sweep's
  return isSweep && manifest.jobs.every(({ id }) => isServedName(id)) ? manifest : undefined;
}

async function summary(root: string, place: Place, { of, jobs }: SweepManifest): Promise<SweepSummary> {
  const { id, name, names } = place;
  const ends = await Promise.all(
    jobs.map(async (job) => {
      const done = await changeTime(root, jobFile(place, job.id, "result.json"));
      const failed = done ?? (await changeTime(root, jobFile(place, job.id, "failure.json")));
      return { isDone: done !== undefined, isFailed: done === undefined && failed !== undefined, at: failed };
    }),
  );
  const begun = Date.parse(await lastChange(root, [[...names, "sweep.json"]]));
  return {
    kind: "sweep",
    id,
    name,
    path: pathOf(place),
    changed: new Date(ends.reduce((latest, { at }) => Math.max(latest, at ?? 0), begun)).toISOString(),
    of,
    jobs: jobs.length,
    done: ends.filter(({ isDone }) => isDone).length,
    failed: ends.filter(({ isFailed }) => isFailed).length,
  };
}

function jobEnds(root: string, place: Place): JobEnds {
  return {
    async result(id) {
      const names = jobFile(place, id, "result.json");
      const time = await changeTime(root, names);
      return time === undefined
        ? undefined
        : rememberedRow(`${root}/${names.join("/")}`, time, async () => {
            const result = await readJsonWithin<{ schema: number; id: string; row?: SweepTableRow }>(
              root,
              names,
            );
            return result?.schema === 1 && result.id === id && result.row ? { row: result.row } : undefined;
          });
    },
    failure: (id) => readJsonWithin<Failure>(root, jobFile(place, id, "failure.json")),
  };
}

type Row = { readonly row: SweepTableRow } | undefined;

/** Results hold whole documents, and a sweep thousands of them: while it goes on only those that are new are read. */
const remembered = new Map<string, { readonly time: number; readonly row: Row }>();
const mostRemembered = 20_000;

async function rememberedRow(path: string, time: number, read: () => Promise<Row>): Promise<Row> {
  const known = remembered.get(path);
  if (known?.time === time) return known.row;
  const row = await read();
  if (remembered.size >= mostRemembered) remembered.clear();
  remembered.set(path, { time, row });
  return row;
}

function jobFile({ names }: Place, id: string, file: string): readonly string[] {
  return [...names, "jobs", id, file];
}
