import type { Job, JobResult } from "../../runs/jobs/job.ts";
import type { Engine } from "../engine.ts";
import { type Patience, queueName, usualPatience, type WorkerReport } from "./queue.ts";
import { connectRedis, loaded, type RedisAddress } from "./redis.ts";
import { openWatch } from "./watch.ts";
import { describeWorkers } from "./workers.ts";

export interface BullmqOptions {
  readonly address: RedisAddress;
  /** Of the jobs, all of them. */
  readonly version: string;
  readonly patience?: Patience;
}

/** Looks without any worker before a person is told; then told again after as many. */
const patienceForWorkers = 3;

/**
 * Workers on any machines that reach the same Redis. What has become of each job is looked up in Redis itself, again and again:
 * events only make that prompt, so that none of them has to arrive. A job that Redis has lost (it was restarted without its
 * data, or another sweep withdrew the job) is handed in anew; one that waits already, for another sweep or an earlier call of this one, is shared.
 */
export function bullmqEngine({ address, version, patience = usualPatience }: BullmqOptions): Engine {
  return {
    name: `workers at ${address.shown}`,
    async run(jobs, context) {
      const { Queue, QueueEvents } = await loaded(() => import("bullmq"));
      const note = (message: string) => void context.onEvent({ kind: "note", message });
      const connection = await connectRedis(address, note);
      const queue = new Queue<Job, JobResult>(queueName(version), { connection });
      const events = new QueueEvents(queueName(version), { connection: connection.duplicate() });
      const quiet = () => {};
      queue.on("error", quiet);
      events.on("error", quiet);
      const watch = openWatch(queue, jobs, context);
      events.on("progress", ({ jobId, data }) => watch.report(jobId, data as unknown as WorkerReport));
      events.on("completed", ({ jobId }) => watch.look([jobId]));
      events.on("failed", ({ jobId }) => watch.look([jobId]));
      events.on("stalled", ({ jobId }) => watch.lost(jobId));
      const workers = { missing: 0 };
      try {
        await watch.handIn();
        while (watch.left() > 0) {
          context.signal.throwIfAborted();
          await watch.turn(patience.poll);
          workers.missing = (await queue.getWorkersCount()) > 0 ? 0 : workers.missing + 1;
          if (workers.missing % patienceForWorkers === 1)
            note(await describeWorkers(connection, version, address));
        }
      } finally {
        if (watch.left() > 0) await watch.withdraw();
        await events.close();
        await queue.close();
        connection.disconnect();
      }
    },
  };
}
