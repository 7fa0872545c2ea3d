import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Job } from "../runs/jobs/job.ts";
import type { JobOutcome, RunJobOptions } from "./engine.ts";
import type { FromThread, ToThread } from "./threadProtocol.ts";

/** What comes of giving a job to a thread, which may break down over it. */
export type ThreadOutcome = JobOutcome | { readonly kind: "broken"; readonly message: string };

/** One worker thread, started when it is needed and again when it has broken down. One job at a time. */
export interface JobThread {
  /** For people. */
  readonly name: string;
  /** Never rejects. */
  run(job: Job, options: Pick<RunJobOptions, "scratch" | "signal" | "onProgress">): Promise<ThreadOutcome>;
  close(): Promise<void>;
}

export interface JobThreadOptions {
  /** Module that calls `serveThread`. */
  readonly module: URL;
  /** For people. */
  readonly name: string;
  /** Aborting ends the thread at once, for jobs that leave nothing to go on with; otherwise the job is asked to stop. */
  readonly abandon?: boolean;
}

export function jobThread({ module, name, abandon = false }: JobThreadOptions): JobThread {
  let thread: Worker | undefined;
  return {
    name,
    async run(job, options) {
      thread ??= start(module, name);
      const outcome = await tryOnce(thread, job, options, abandon);
      if (outcome.kind === "broken" || (outcome.kind === "stopped" && abandon)) {
        await thread.terminate();
        thread = undefined;
      }
      return outcome;
    },
    async close() {
      await thread?.terminate();
    },
  };
}

function start(module: URL, name: string): Worker {
  const thread = new Worker(module, { workerData: { name } });
  // what breaks a thread is told by whoever waits for it, and between jobs by its exit
  thread.on("error", () => {});
  return thread;
}

async function tryOnce(
  thread: Worker,
  job: Job,
  { scratch, signal, onProgress }: Pick<RunJobOptions, "scratch" | "signal" | "onProgress">,
  abandon: boolean,
): Promise<ThreadOutcome> {
  const settled = new AbortController();
  const options = { signal: settled.signal };
  const send = (message: ToThread) => thread.postMessage(message);
  let stop = () => send({ kind: "stop" });
  try {
    const abandoned = new Promise<JobOutcome>((resolve) => {
      if (abandon) stop = () => resolve({ kind: "stopped" });
    });
    const told = new Promise<JobOutcome>((resolve) => {
      const listen = (message: FromThread) => {
        if (message.kind === "progress") onProgress(message.fraction);
        else resolve(message);
      };
      thread.on("message", listen);
      settled.signal.addEventListener("abort", () => thread.off("message", listen));
    });
    const broken = Promise.race([
      once(thread, "error", options).then(([error]) => (error as Error).message),
      once(thread, "exit", options).then(([code]) => `its thread ended with code ${code}`),
    ]).then((message) => ({ kind: "broken", message }) as const);
    send({ kind: "job", job, scratch });
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    return await Promise.race([told, broken, abandoned]);
  } finally {
    signal.removeEventListener("abort", stop);
    settled.abort();
  }
}
