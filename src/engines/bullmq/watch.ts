import type { Queue } from "bullmq";
import type { Job, JobResult } from "../../runs/jobs/job.ts";
import type { EngineContext, JobEvent } from "../engine.ts";
import { keptFor, type WorkerReport } from "./queue.ts";

/** Jobs asked about in one go. */
const together = 500;

/** What has become of the jobs of one sweep. */
export interface Watch {
  /** Jobs of which nothing final is known. */
  left(): number;
  /** Puts into the queue whatever is not there. */
  handIn(): Promise<void>;
  /** Tells what a worker said of a job. */
  report(id: string, report: WorkerReport): void;
  /** Tells what the queue said of a job that its worker did not finish. */
  lost(id: string): void;
  /** Looks these jobs up soon. */
  look(ids: readonly string[]): void;
  /** Waits so many milliseconds, or less where the signal aborts or nothing is left, and looks up the next ones of all. Rejects where a result could not be kept. */
  turn(milliseconds: number): Promise<void>;
  /** Takes back what no worker has begun. */
  withdraw(): Promise<void>;
}

export function openWatch(
  queue: Queue<Job, JobResult>,
  jobs: readonly Job[],
  { attempts, signal, onEvent }: EngineContext,
): Watch {
  const left = new Map(jobs.map((job) => [job.id, job]));
  const ended = new AbortController();
  let broken: { readonly error: unknown } | undefined;
  /** One thing at a time: a job is told of once, and results are kept before the next are fetched. */
  let last: Promise<void> = Promise.resolve();
  const inOrder = (act: () => Promise<void>) => {
    last = last.then(act).catch((error) => {
      broken ??= { error };
      ended.abort();
    });
    return last;
  };
  const tell = (event: JobEvent) => inOrder(() => onEvent(event));

  const add = (some: readonly Job[]) =>
    queue.addBulk(
      some.map((job) => ({
        name: job.command,
        data: job,
        opts: {
          jobId: job.id,
          attempts,
          removeOnComplete: { age: keptFor },
          removeOnFail: { age: keptFor },
        },
      })),
    );
  const settle = async (event: JobEvent, id: string) => {
    left.delete(id);
    await onEvent(event);
    if (left.size === 0) ended.abort();
  };
  /** Tells what has ended, and hands in anew what is not there any more. */
  const lookUp = async (ids: readonly string[]) => {
    const found = await Promise.all(ids.map((id) => queue.getJob(id)));
    const gone: Job[] = [];
    for (const [k, id] of ids.entries()) {
      const job = left.get(id);
      if (!job) continue;
      const queued = found[k];
      if (!queued) gone.push(job);
      else if (queued.finishedOn !== undefined) {
        const state = await queued.getState();
        const attempt = queued.attemptsMade;
        if (state === "completed")
          await settle({ kind: "done", result: queued.returnvalue as JobResult }, id);
        if (state === "failed") {
          const message = inWords(queued.failedReason ?? "");
          await settle({ kind: "failed", id, message, attempt, final: true }, id);
        }
      }
    }
    if (gone.length === 0) return;
    await onEvent({
      kind: "note",
      message: `${gone.length} jobs are not in Redis any more; handing them in anew`,
    });
    await add(gone);
  };
  const chunks = (ids: readonly string[]) =>
    Array.from({ length: Math.ceil(ids.length / together) }, (_, k) =>
      ids.slice(k * together, (k + 1) * together),
    );
  let turns = 0;

  return {
    left: () => left.size,
    async handIn() {
      for (const ids of chunks([...left.keys()])) {
        const found = await Promise.all(ids.map((id) => queue.getJob(id)));
        // what an earlier call gave up on is tried anew
        for (const queued of found)
          if (queued && (await queued.getState()) === "failed") await queued.remove();
        await add(ids.map((id) => left.get(id) as Job));
      }
    },
    report(id, report) {
      if (!left.has(id)) return;
      if (report.kind === "failed") {
        const { message, attempt } = report;
        // the last one is told when it is looked up
        if (attempt < attempts && report.retry)
          void tell({ kind: "failed", id, message, attempt, final: false });
      } else void tell({ ...report, id });
    },
    lost(id) {
      if (left.has(id))
        void tell({ kind: "note", message: `job ${id} was lost with its worker; it waits for another one` });
    },
    look: (ids) => void inOrder(() => lookUp(ids)),
    async turn(milliseconds) {
      await pause(milliseconds, AbortSignal.any([signal, ended.signal]));
      const all = chunks([...left.keys()]);
      if (!broken && !signal.aborted && all.length > 0)
        await inOrder(() => lookUp(all[turns++ % all.length]));
      else await last;
      if (broken) throw broken.error;
    },
    async withdraw() {
      for (const ids of chunks([...left.keys()])) {
        // a job that a worker has is locked: it stays, and its result waits in Redis
        await Promise.all(ids.map((id) => queue.remove(id).catch(() => 0)));
      }
    },
  };
}

function inWords(reason: string): string {
  return reason.includes("stalled more than allowable")
    ? "the processes of its workers broke down or fell silent, again and again"
    : reason;
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
  });
}
