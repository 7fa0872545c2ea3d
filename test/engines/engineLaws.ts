import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Engine, JobEvent } from "../../src/engines/engine.ts";
import { localEngine } from "../../src/engines/local.ts";
import { runSweep } from "../../src/engines/sweep.ts";
import { type Job, type Json, makeJob } from "../../src/runs/jobs/job.ts";
import { openSweepFolder, type SweepFolder } from "../../src/runs/sweep/folder.ts";
import { sweepTable } from "../../src/runs/sweep/gather.ts";
import type { PlannedJob } from "../../src/runs/sweep/plan.ts";

/** A job of playJobs.mjs. */
export function play(config: {
  readonly act: string;
  readonly value?: number;
  readonly milliseconds?: number;
  /** A file: the job does not end before it is there. */
  readonly until?: string;
}): Job {
  return makeJob({ command: "train", version: "test", inputs: [], config: config as Json });
}

export const plan = (jobs: readonly Job[]): PlannedJob[] =>
  jobs.map((job) => ({ job, point: { act: (job.config as { act: string }).act } }));

export interface Session {
  readonly engine: Engine;
  /** Where its workers put what they share, if they share a disk. */
  readonly folder: SweepFolder;
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly path: string;
  readonly planned: readonly PlannedJob[];
}

let folders = 0;

/** The table that worker threads give, which every engine's has to equal. */
export async function localTable(jobs: readonly Job[], path: string): Promise<unknown> {
  const folder = await openSweepFolder(path, plan(jobs));
  const module = new URL("./playThread.mjs", import.meta.url);
  const engine = localEngine({ workers: 2, module, scratchOf: folder.scratch });
  const signal = new AbortController().signal;
  return sweepTable((await runSweep(folder, plan(jobs), { engine, attempts: 1, signal })).rows);
}

/** What every engine has to do, over `open`, which gives one with at least two workers that do the jobs of playJobs.mjs. */
export function engineLaws(open: (options: SessionOptions) => Promise<Session>, scratch: () => string): void {
  const session = (jobs: readonly Job[], path = join(scratch(), `sweep ${folders++}`)) =>
    open({ path, planned: plan(jobs) });
  const sweep = async (
    jobs: readonly Job[],
    { attempts = 3, path, onFound }: { attempts?: number; path?: string; onFound?: () => void } = {},
  ) => {
    const { engine, folder, close } = await session(jobs, path);
    const events: JobEvent[] = [];
    try {
      const signal = new AbortController().signal;
      const end = await runSweep(folder, plan(jobs), {
        engine,
        attempts,
        signal,
        ...(onFound && { onFound }),
        onEvent: (event) => events.push(event),
      });
      return { end, events, folder };
    } finally {
      await close();
    }
  };

  it("does every job once and gathers the rows in the order of the design", async () => {
    const jobs = [4, 2, 9, 7, 1].map((value) => play({ act: "do", value, milliseconds: 10 * value }));
    const { end, events } = await sweep(jobs);
    expect(end.rows.map(({ job, square }) => [job, square])).toEqual(
      jobs.map(({ id }, k) => [id, [16, 4, 81, 49, 1][k]]),
    );
    expect(end).toMatchObject({ found: 0, done: 5, failed: [] });
    const done = events.filter(({ kind }) => kind === "done");
    expect(done).toHaveLength(5);
  });

  it("tries again what failed, and not what would fail the same", async () => {
    const jobs = [
      play({ act: "failOnce", value: 3 }),
      play({ act: "fail", value: 4 }),
      play({ act: "refuse", value: 5 }),
      play({ act: "do", value: 6 }),
    ];
    const { end, events, folder } = await sweep(jobs, { attempts: 2 });
    expect(end.rows.map(({ status, square }) => [status, square])).toEqual([
      ["done", 9],
      ["failed", undefined],
      ["failed", undefined],
      ["done", 36],
    ]);
    const failures = (index: number) =>
      events.filter((event) => event.kind === "failed" && event.id === jobs[index].id).length;
    expect([0, 1, 2, 3].map(failures)).toEqual([1, 2, 1, 0]);
    expect(await folder.failure(jobs[1].id)).toEqual({ message: "failed 4", attempts: 2 });
    expect(end.failed.map(({ message }) => message).toSorted()).toEqual(["failed 4", "refused 5"]);
  });

  it("outlives workers that break down", async () => {
    const jobs = [
      play({ act: "breakOnce", value: 3 }),
      play({ act: "breakOnce", value: 4 }),
      play({ act: "do", value: 5, milliseconds: 50 }),
      play({ act: "break", value: 6 }),
      play({ act: "do", value: 7 }),
    ];
    const { end } = await sweep(jobs, { attempts: 2 });
    expect(end.rows.map(({ status, square }) => [status, square])).toEqual([
      ["done", 9],
      ["done", 16],
      ["done", 25],
      ["failed", undefined],
      ["done", 49],
    ]);
  });

  it("keeps what was done when it is interrupted, and goes on from there to the same table", async () => {
    const free = join(scratch(), `free ${folders}`);
    const jobs = [1, 2, 3, 4, 5, 6].map((value) =>
      play({ act: "do", value, ...(value > 2 && { until: free }) }),
    );
    const path = join(scratch(), `sweep ${folders++}`);
    const { engine, folder, close } = await session(jobs, path);
    const interrupt = new AbortController();
    const reason = new Error("enough");
    let done = 0;
    const broken = runSweep(folder, plan(jobs), {
      engine,
      attempts: 3,
      signal: interrupt.signal,
      onEvent({ kind }) {
        if (kind === "done" && ++done === 2) interrupt.abort(reason);
      },
    });
    await expect(broken).rejects.toBe(reason);
    await close();

    const second = await sweep(jobs, { path, onFound: () => writeFileSync(free, "") });
    expect([second.end.found, second.end.done]).toEqual([2, 4]);
    const whole = await sweep(jobs);
    expect(sweepTable(second.end.rows)).toEqual(sweepTable(whole.end.rows));
  });

  it("tries failed jobs anew in the next session", async () => {
    const jobs = [play({ act: "failOnce", value: 3 })];
    const path = join(scratch(), `sweep ${folders++}`);
    const first = await sweep(jobs, { path, attempts: 1 });
    expect(first.end.rows[0].status).toBe("failed");
    const second = await sweep(jobs, { path, attempts: 1 });
    expect(second.end.rows[0]).toMatchObject({ status: "done", square: 9 });
    expect(await second.folder.failure(jobs[0].id)).toBeUndefined();
  });

  it("rejects when a result cannot be kept", async () => {
    const jobs = [play({ act: "do", value: 1 }), play({ act: "do", value: 2 })];
    const { engine, close } = await session(jobs);
    const full = new Error("disk full");
    const signal = new AbortController().signal;
    const onEvent = async ({ kind }: JobEvent) => {
      if (kind === "done") throw full;
    };
    try {
      await expect(engine.run(jobs, { attempts: 1, signal, onEvent })).rejects.toBe(full);
    } finally {
      await close();
    }
  });
}
