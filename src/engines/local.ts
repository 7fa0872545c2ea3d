import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Job } from "../runs/jobs/job.ts";
import type { Engine, EngineContext, JobOutcome } from "./engine.ts";
import type { FromThread, ToThread } from "./threadProtocol.ts";

export interface LocalOptions {
  readonly workers: number;
  /** Module that calls `serveThread`. */
  readonly module: URL;
  /** A folder for a job alone. */
  readonly scratchOf: (id: string) => string;
}

/** Worker threads of this process, each with one job at a time. A thread that breaks down is replaced. */
export function localEngine({ workers, module, scratchOf }: LocalOptions): Engine {
  return {
    name: workers === 1 ? "1 worker thread" : `${workers} worker threads`,
    async run(jobs, { signal, ...rest }) {
      const broken = new AbortController();
      const context = { ...rest, signal: AbortSignal.any([signal, broken.signal]) };
      const waiting = jobs.map((job) => ({ job, attempt: 1 }));
      const serve = async () => {
        let thread: Worker | undefined;
        try {
          for (let next = waiting.shift(); next && !context.signal.aborted; next = waiting.shift()) {
            const { job, attempt } = next;
            thread ??= startThread(module);
            const worker = `thread ${thread.threadId}`;
            await context.onEvent({ kind: "started", id: job.id, worker, attempt });
            const outcome = await tryOnce(thread, job, scratchOf(job.id), context);
            if (outcome.kind === "broken") thread = undefined;
            if (await conclude(job, outcome, attempt, context)) waiting.push({ job, attempt: attempt + 1 });
          }
        } catch (error) {
          broken.abort(error);
        } finally {
          await thread?.terminate();
        }
      };
      await Promise.all(Array.from({ length: Math.min(workers, jobs.length) }, serve));
      context.signal.throwIfAborted();
    },
  };
}

function startThread(module: URL): Worker {
  const thread = new Worker(module);
  // what breaks a thread is told by whoever waits for it, and between jobs by its exit
  thread.on("error", () => {});
  return thread;
}

type ThreadOutcome = JobOutcome | { readonly kind: "broken"; readonly message: string };

/** Tells of an outcome; true where the job should be tried again. */
async function conclude(
  { id }: Job,
  outcome: ThreadOutcome,
  attempt: number,
  { attempts, onEvent }: EngineContext,
): Promise<boolean> {
  if (outcome.kind === "stopped") return false;
  if (outcome.kind === "done") {
    await onEvent(outcome);
    return false;
  }
  const { message } = outcome;
  const again = attempt < attempts && (outcome.kind === "broken" || outcome.retry);
  await onEvent({ kind: "failed", id, message, attempt, final: !again });
  return again;
}

/** Gives a thread a job and waits for what comes of it, or for the end of the thread. */
async function tryOnce(
  thread: Worker,
  job: Job,
  scratch: string,
  { signal, onEvent }: EngineContext,
): Promise<ThreadOutcome> {
  const settled = new AbortController();
  const options = { signal: settled.signal };
  const stop = () => thread.postMessage({ kind: "stop" } satisfies ToThread);
  try {
    const told = new Promise<JobOutcome>((resolve) => {
      const listen = (message: FromThread) => {
        if (message.kind === "progress")
          void onEvent({ kind: "progress", id: job.id, fraction: message.fraction });
        else resolve(message);
      };
      thread.on("message", listen);
      settled.signal.addEventListener("abort", () => thread.off("message", listen));
    });
    const broken = Promise.race([
      once(thread, "error", options).then(([error]) => (error as Error).message),
      once(thread, "exit", options).then(([code]) => `its thread ended with code ${code}`),
    ]).then((message) => ({ kind: "broken", message }) as const);
    thread.postMessage({ kind: "job", job, scratch } satisfies ToThread);
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    return await Promise.race([told, broken]);
  } finally {
    signal.removeEventListener("abort", stop);
    settled.abort();
  }
}
