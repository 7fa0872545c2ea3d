import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JobEvent } from "../../src/engines/engine.ts";
import { batchFiles } from "../../src/engines/slurm/batches.ts";
import { slurmEngine } from "../../src/engines/slurm/engine.ts";
import { runSweep } from "../../src/engines/sweep.ts";
import { openSweepFolder, type SweepFolder, writeJobs } from "../../src/runs/sweep/folder.ts";
import { sweepTable } from "../../src/runs/sweep/gather.ts";
import { scratchFolder } from "../cli/noisegeo.ts";
import { engineLaws, localTable, plan, play } from "./engineLaws.ts";
import { type SlurmCluster, startSlurm, withoutSlurm } from "./slurmCluster.ts";

if (withoutSlurm && process.env.CI) throw new Error(withoutSlurm);
if (withoutSlurm) console.warn(`sweeps over Slurm are not tested: ${withoutSlurm}`);

const scratch = scratchFolder();
const task = [process.execPath, fileURLToPath(new URL("./playTask.mjs", import.meta.url))];
const patience = { poll: 200, grace: 1000, completing: 3000 };
let cluster: SlurmCluster;

const engineOf = (folder: SweepFolder) => slurmEngine({ folder, task, patience });
const slurm = (command: string, ...words: string[]) => execFileSync(command, words, { encoding: "utf8" });

describe.skipIf(withoutSlurm)("Slurm", () => {
  beforeAll(async () => {
    cluster = await startSlurm();
    process.env.SLURM_CONF = cluster.SLURM_CONF;
  });
  afterAll(() => {
    cluster.stop();
    scratch.remove();
  });

  engineLaws(
    async ({ path, planned }) => {
      const folder = await openSweepFolder(path, planned);
      return { engine: engineOf(folder), folder, async close() {} };
    },
    () => scratch.path,
  );

  let sweeps = 0;
  const start = async (jobs: ReturnType<typeof play>[], path = join(scratch.path, `slurm ${sweeps++}`)) => {
    const folder = await openSweepFolder(path, plan(jobs));
    const notes: string[] = [];
    const run = (during: (event: JobEvent) => void = () => {}, signal = new AbortController().signal) =>
      runSweep(folder, plan(jobs), {
        engine: engineOf(folder),
        attempts: 3,
        signal,
        onEvent(event) {
          if (event.kind === "note") notes.push(event.message);
          during(event);
        },
      });
    return { folder, files: batchFiles(path), notes, run };
  };
  const numbered = (count: number, first: number, until?: string) =>
    Array.from({ length: count }, (_, k) => play({ act: "do", value: first + k, ...(until && { until }) }));
  /** A file that jobs wait for, and how it comes to be. */
  const gate = (name: string) => {
    const path = join(scratch.path, name);
    return { path, open: () => writeFileSync(path, "") };
  };

  it("splits what the site takes no array for", async () => {
    const { files, run } = await start(numbered(7, 500));
    const end = await run();
    expect(end.done).toBe(7);
    expect((await files.all()).map(({ ids }) => ids.length)).toEqual([5, 2]);
  });

  it("leaves the arrays in Slurm when it is interrupted, and takes them over", async () => {
    const free = gate("free to be taken over");
    const jobs = numbered(3, 600, free.path);
    const path = join(scratch.path, "taken over");
    const first = await start(jobs, path);
    const interrupt = new AbortController();
    const broken = first.run(({ kind }) => {
      if (kind === "started") interrupt.abort(new Error("enough"));
    }, interrupt.signal);
    await expect(broken).rejects.toThrow("enough");
    const second = await start(jobs, path);
    const end = await second.run(({ kind }) => {
      if (kind === "note") free.open();
    });
    expect([end.found, end.done]).toEqual([0, 3]);
    expect(second.notes).toEqual(["3 jobs are in Slurm already; waiting for them"]);
    expect(await second.files.all()).toHaveLength(1);
  });

  it("finds an array again whose submission was broken off, and hands in what never came there", async () => {
    const free = gate("free to be found");
    const jobs = numbered(4, 700, free.path);
    const { folder, files, notes, run } = await start(jobs);
    await writeJobs(folder, jobs);
    const ids = jobs.map(({ id }) => id);
    // the first array was handed in, the second was only written down
    await files.write({ number: 0, ids: ids.slice(0, 2) });
    await files.write({ number: 1, ids: ids.slice(2) });
    const script = join(folder.path, "script");
    writeFileSync(script, `#!/bin/sh\nexec '${task.join("' '")}' '${folder.path}' 0 $SLURM_ARRAY_TASK_ID\n`);
    slurm("sbatch", `--job-name=${files.name(0)}`, "--array=0-1", "--output=/dev/null", script);
    const end = await run(({ kind }) => {
      if (kind === "note") free.open();
    });
    expect(end.rows.map(({ square }) => square)).toEqual([700, 701, 702, 703].map((value) => value ** 2));
    expect(notes).toEqual(["2 jobs are in Slurm already; waiting for them"]);
    const batches = await files.all();
    expect(batches.map(({ number }) => number)).toEqual([0, 1, 2]);
    expect(batches[2].ids).toEqual(ids.slice(2));
  });

  it("reports a task that somebody cancelled, and does the rest", async () => {
    const jobs = [...numbered(1, 800, gate("never").path), ...numbered(2, 801)];
    const { run } = await start(jobs);
    const end = await run((event) => {
      if (event.kind === "started" && event.id === jobs[0].id)
        slurm("scancel", event.worker.replace("Slurm task ", ""));
    });
    expect(end.rows.map(({ status }) => status)).toEqual(["failed", "done", "done"]);
    expect(end.failed).toEqual([{ id: jobs[0].id, message: "its task was cancelled in Slurm" }]);
  });

  it("gives the tasks of a node that dies to another one", async () => {
    // what was cancelled before may still be ending; then two go to each node
    await cluster.idle();
    const free = gate("free when a node has died");
    const jobs = numbered(4, 900, free.path);
    const { run } = await start(jobs);
    const over = new AbortController();
    const [end, killed] = await Promise.all([
      run().finally(() => over.abort()),
      cluster.killWhileWorking(cluster.nodes[1], 2, over.signal).finally(free.open),
    ]);
    expect(killed).toBeGreaterThanOrEqual(2);
    expect(sweepTable(end.rows)).toEqual(await localTable(jobs, join(scratch.path, "local")));
    // nobody on the node says that its tasks have ended
    expect(slurm("sinfo", "--noheader", `--nodes=${cluster.nodes[1]}`, "--format=%T").trim()).toMatch(
      /down|completing|\*$/,
    );
  });
});
