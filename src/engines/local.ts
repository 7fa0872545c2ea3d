import type { Engine, EngineContext } from "./engine.ts";
import { type JobThread, type JobThreadOptions, jobThread, type ThreadOutcome } from "./threads.ts";

export interface LocalOptions extends Omit<JobThreadOptions, "name"> {
  readonly workers: number;
  /** A folder for a job alone. */
  readonly scratchOf: (id: string) => string;
}

/** Worker threads of this process, each with one job at a time. A thread that breaks down is replaced. */
export function localEngine({ workers, scratchOf, ...thread }: LocalOptions): Engine {
  return {
    name: workers === 1 ? "1 worker thread" : `${workers} worker threads`,
    async run(jobs, { signal, ...rest }) {
      const broken = new AbortController();
      const context = { ...rest, signal: AbortSignal.any([signal, broken.signal]) };
      const waiting = jobs.map((job) => ({ job, attempt: 1 }));
      const serve = async (thread: JobThread) => {
        try {
          for (let next = waiting.shift(); next && !context.signal.aborted; next = waiting.shift()) {
            const { job, attempt } = next;
            const { id } = job;
            await context.onEvent({ kind: "started", id, worker: thread.name, attempt });
            const outcome = await thread.run(job, {
              scratch: scratchOf(id),
              signal: context.signal,
              onProgress: (fraction) => void context.onEvent({ kind: "progress", id, fraction }),
            });
            if (await conclude(id, outcome, attempt, context)) waiting.push({ job, attempt: attempt + 1 });
          }
        } catch (error) {
          broken.abort(error);
        } finally {
          await thread.close();
        }
      };
      const threads = Array.from({ length: Math.min(workers, jobs.length) }, (_, k) =>
        jobThread({ ...thread, name: `thread ${k + 1}` }),
      );
      await Promise.all(threads.map(serve));
      context.signal.throwIfAborted();
    },
  };
}

/** Tells of an outcome; true where the job should be tried again. */
async function conclude(
  id: string,
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
