/** What was handed to Slurm: slurm/ in the sweep's folder, on a disk that all nodes share. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { writeFileAtomically } from "../../runs/atomicFile.ts";

/** Jobs of one array: task k does the k-th. */
export interface Batch {
  readonly number: number;
  readonly ids: readonly string[];
}

/** How a task's try ended without a result; written by the task. */
export interface TaskOutcome {
  readonly kind: "failed" | "stopped";
  readonly message: string;
  readonly retry: boolean;
}

export function batchFiles(folder: string) {
  const place = (...parts: string[]) => join(folder, "slurm", ...parts);
  const path = (number: number) => place(`batch-${number}.json`);
  // arrays of this sweep and no other: the place of the folder tells them apart
  const mark = createHash("sha256").update(resolve(folder)).digest("hex").slice(0, 10);
  return {
    path,
    logs: place("logs"),
    /** Of the array in Slurm: an array whose submission was broken off is found again by it. */
    name: (number: number) => `noisegeo-${mark}-${number}`,
    number: (name: string) => Number(name.slice(name.lastIndexOf("-") + 1)),
    async write(batch: Batch): Promise<void> {
      await writeFileAtomically(path(batch.number), `${JSON.stringify(batch)}\n`);
    },
    /** All there are, in the order of their numbers. */
    async all(): Promise<Batch[]> {
      const names = await readdir(place()).catch(() => [] as string[]);
      const found = names.filter((name) => /^batch-\d+\.json$/.test(name));
      const batches = await Promise.all(
        found.map(async (name) => JSON.parse(await readFile(place(name), "utf8")) as Batch),
      );
      return batches.sort((a, b) => a.number - b.number);
    },
    outcomePath: (number: number, index: number) => place("outcomes", `${number}-${index}.json`),
    async outcome(number: number, index: number): Promise<TaskOutcome | undefined> {
      try {
        return JSON.parse(
          await readFile(place("outcomes", `${number}-${index}.json`), "utf8"),
        ) as TaskOutcome;
      } catch {
        return undefined;
      }
    },
  };
}

export type BatchFiles = ReturnType<typeof batchFiles>;
