import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { hostname } from "node:os";
import process from "node:process";
import type { Job as QueuedJob } from "bullmq";
import type { Job, JobResult } from "../../runs/jobs/job.ts";
import { type JobThread, jobThread } from "../threads.ts";
import { type Patience, queueName, usualPatience, type WorkerReport } from "./queue.ts";
import { connectRedis, loaded, type RedisAddress } from "./redis.ts";

export interface WorkerOptions {
  readonly address: RedisAddress;
  /** Of the jobs that it takes. */
  readonly version: string;
  /** Jobs at a time, each on a thread of its own. */
  readonly threads: number;
  /** Module that calls `serveThread`. */
  readonly module: URL;
  /** A folder for a job alone; removed when the job is done. */
  readonly scratchOf: (id: string) => string;
  /** Aborting puts the jobs at hand back and ends. */
  readonly signal: AbortSignal;
  readonly note: (line: string) => void;
  readonly patience?: Patience;
}

/** How often a job may take its worker's process down with it before it counts as failed. */
const mostLosses = 3;
/** Milliseconds between reports of progress. */
const reportEvery = 500;

/** Takes jobs from the queue and does them, until the signal. Jobs run on threads, so that this one can say that it is alive. */
export async function serveQueue(options: WorkerOptions): Promise<void> {
  const { address, version, threads, module, scratchOf, signal, note, patience = usualPatience } = options;
  const { Worker, UnrecoverableError, WaitingError } = await loaded(() => import("bullmq"));
  const connection = await connectRedis(address, note);
  const idle = Array.from({ length: threads }, (_, k) =>
    jobThread({ module, name: `${hostname()}, process ${process.pid}, thread ${k + 1}` }),
  );
  const doJob = async (queued: QueuedJob<Job, JobResult>, token?: string): Promise<JobResult> => {
    const thread = idle.pop() as JobThread;
    const job = queued.data;
    const attempt = queued.attemptsMade + 1;
    try {
      const report = (content: WorkerReport) => queued.updateProgress(content).catch(() => {});
      await report({ kind: "started", worker: thread.name, attempt });
      let reported = 0;
      const outcome = await thread.run(job, {
        scratch: scratchOf(job.id),
        signal,
        onProgress(fraction) {
          if (performance.now() - reported < reportEvery) return;
          reported = performance.now();
          void report({ kind: "progress", fraction });
        },
      });
      if (outcome.kind === "done") {
        await rm(scratchOf(job.id), { recursive: true, force: true });
        return outcome.result;
      }
      if (outcome.kind === "stopped") {
        await queued.moveToWait(token);
        throw new WaitingError();
      }
      const { message } = outcome;
      note(`job ${job.id}, attempt ${attempt}: ${message}`);
      const retry = outcome.kind === "broken" || outcome.retry;
      await report({ kind: "failed", message, attempt, retry });
      if (!retry) throw new UnrecoverableError(message);
      throw new Error(message);
    } finally {
      idle.push(thread);
    }
  };
  const worker = new Worker<Job, JobResult>(queueName(version), doJob, {
    connection,
    concurrency: threads,
    name: randomUUID(),
    lockDuration: patience.lock,
    stalledInterval: patience.lock / 2,
    maxStalledCount: mostLosses,
  });
  worker.on("error", (error) => note(error.message.split("\n")[0]));
  worker.on("stalled", (id) => note(`job ${id} was lost with its worker; it waits for another one`));
  try {
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve());
    });
  } finally {
    await worker.close();
    await Promise.all(idle.map((thread) => thread.close()));
    connection.disconnect();
  }
}
