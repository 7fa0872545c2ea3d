import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bullmqEngine } from "../../src/engines/bullmq/engine.ts";
import { connectRedis, redisAddress } from "../../src/engines/bullmq/redis.ts";
import { serveQueue } from "../../src/engines/bullmq/worker.ts";
import { describeWorkers } from "../../src/engines/bullmq/workers.ts";
import type { JobEvent } from "../../src/engines/engine.ts";
import { runSweep } from "../../src/engines/sweep.ts";
import { InputError } from "../../src/inputError.ts";
import { openSweepFolder } from "../../src/runs/sweep/folder.ts";
import { sweepTable } from "../../src/runs/sweep/gather.ts";
import { scratchFolder } from "../cli/noisegeo.ts";
import { engineLaws, localTable, plan, play } from "./engineLaws.ts";
import { type RedisServer, startRedis, withoutRedis } from "./redisServer.ts";

const scratch = scratchFolder();
const module = new URL("./playThread.mjs", import.meta.url);
const patience = { lock: 2000, poll: 200 };
let redis: RedisServer;

if (withoutRedis && process.env.CI) throw new Error(withoutRedis);
if (withoutRedis) console.warn(`engines over Redis are not tested: ${withoutRedis}`);

/** A worker in this process; closing it puts its jobs back. */
function startWorker(
  name: string,
  { version = "test", scratchOf = (id: string) => join(scratch.path, name, id) } = {},
) {
  const stop = new AbortController();
  const notes: string[] = [];
  const ended = serveQueue({
    address: redisAddress(redis.url),
    version,
    threads: 1,
    module,
    scratchOf,
    signal: stop.signal,
    note: (line) => notes.push(line),
    patience,
  });
  return {
    notes,
    async close() {
      stop.abort();
      await ended;
    },
  };
}

describe.skipIf(withoutRedis)("workers over Redis", () => {
  beforeAll(async () => {
    redis = await startRedis(scratch.path);
  });
  afterAll(async () => {
    await redis.kill();
    scratch.remove();
  });

  let sessions = 0;
  engineLaws(
    async ({ path, planned }) => {
      const folder = await openSweepFolder(path, planned);
      // the laws hand in equal jobs again, which have been done
      const connection = await connectRedis(redisAddress(redis.url), () => {});
      await connection.flushall();
      connection.disconnect();
      // a job remembers in its folder that it was tried, whoever tries next
      const workers = [0, 1].map((k) => startWorker(`law ${k}`, { scratchOf: folder.scratch }));
      return {
        engine: bullmqEngine({ address: redisAddress(redis.url), version: "test", patience }),
        folder,
        async close() {
          for (const worker of workers) await worker.close();
        },
      };
    },
    () => scratch.path,
  );

  const sweep = async (jobs: ReturnType<typeof play>[], during: (event: JobEvent) => void = () => {}) => {
    const folder = await openSweepFolder(join(scratch.path, `own ${sessions++}`), plan(jobs));
    const notes: string[] = [];
    const end = await runSweep(folder, plan(jobs), {
      engine: bullmqEngine({ address: redisAddress(redis.url), version: "test", patience }),
      attempts: 2,
      signal: new AbortController().signal,
      onEvent(event) {
        if (event.kind === "note") notes.push(event.message);
        during(event);
      },
    });
    return { end, notes };
  };
  const numbered = (count: number, first: number, until?: string) =>
    Array.from({ length: count }, (_, k) => play({ act: "do", value: first + k, ...(until && { until }) }));

  it("goes on when Redis is killed and comes back with nothing", async () => {
    const worker = startWorker("restart");
    // no more than two are done before it is back
    const free = join(scratch.path, "free when Redis is back");
    const jobs = [...numbered(2, 100), ...numbered(4, 102, free)];
    let done = 0;
    let back: Promise<void> | undefined;
    const { end, notes } = await sweep(jobs, ({ kind }) => {
      if (kind !== "done" || ++done !== 2) return;
      back = redis
        .kill()
        .then(() => redis.restart())
        .then(() => writeFileSync(free, ""));
    });
    await back;
    await worker.close();
    expect(sweepTable(end.rows)).toEqual(await localTable(jobs, join(scratch.path, "local")));
    expect(end.done).toBe(6);
    expect(notes.some((line) => /not in Redis any more; handing them in anew$/.test(line))).toBe(true);
  });

  it("says that there is no worker, and of which version there are some", async () => {
    const other = startWorker("other", { version: "9.9.9" });
    const address = redisAddress(redis.url);
    const connection = await connectRedis(address, () => {});
    await expect.poll(() => describeWorkers(connection, "test", address)).toContain("9.9.9");
    connection.disconnect();
    let worker: ReturnType<typeof startWorker> | undefined;
    const { end, notes } = await sweep(numbered(2, 200), (event) => {
      if (event.kind === "note" && event.message.includes("waiting")) worker ??= startWorker("late");
    });
    await worker?.close();
    await other.close();
    expect(end.done).toBe(2);
    expect(notes[0]).toMatch(
      /^waiting: only workers of version 9\.9\.9, whose numbers may differ at redis:\/\/127\.0\.0\.1:\d+; start some of version test by noisegeo worker --redis$/,
    );
  });

  it("shares jobs with another sweep that wants them too: each is done once", async () => {
    const worker = startWorker("shared");
    const jobs = numbered(5, 300);
    const ends = await Promise.all([sweep(jobs), sweep(jobs.toReversed())]);
    await worker.close();
    for (const { end } of ends) expect(end.done).toBe(5);
    expect(ends[1].end.rows.toReversed()).toEqual(ends[0].end.rows);
  });

  it("gives the jobs of a worker that is stopped to another one", async () => {
    const first = startWorker("first");
    let second: ReturnType<typeof startWorker> | undefined;
    const free = join(scratch.path, "free when the first has stopped");
    let stopped: Promise<void> | undefined;
    const { end } = await sweep(numbered(3, 400, free), ({ kind }) => {
      // that it has started may not be heard, that it goes on is said again and again
      if ((kind !== "started" && kind !== "progress") || second) return;
      second = startWorker("second");
      stopped = first.close().then(() => writeFileSync(free, ""));
    });
    await stopped;
    await second?.close();
    expect(end.rows.map(({ status }) => status)).toEqual(["done", "done", "done"]);
  });

  it("is let in with a password, which no message repeats", async () => {
    const guarded = await startRedis(scratch.path, ["--requirepass", "sesame"]);
    try {
      const connection = await connectRedis(redisAddress(guarded.url), () => {});
      expect(await connection.ping()).toBe("PONG");
      connection.disconnect();
      const wrong = redisAddress(guarded.url.replace("sesame", "oyster"));
      const refused = connectRedis(wrong, () => {});
      await expect(refused).rejects.toThrow(InputError);
      await expect(refused).rejects.toThrow(
        /^redis:\/\/127\.0\.0\.1:\d+: expected a Redis server that lets us in, got WRONGPASS/,
      );
      await expect(refused).rejects.not.toThrow(/oyster/);
    } finally {
      await guarded.kill();
    }
  });

  it("needs a server", async () => {
    await expect(connectRedis(redisAddress("redis://127.0.0.1:1"), () => {})).rejects.toThrow(
      new InputError(
        "redis://127.0.0.1:1: expected a Redis server that lets us in, got ECONNREFUSED; check address, user and password",
      ),
    );
  });
});

describe("redisAddress", () => {
  it.each(["http://a:1", "redis", "redis:///x", "127.0.0.1:6379"])("refuses %s", (text) => {
    expect(() => redisAddress(text)).toThrow(InputError);
  });

  it("shows neither user nor password", () => {
    const { shown } = redisAddress("rediss://me:secret@example.org:7000/2");
    expect(shown).toBe("rediss://example.org:7000");
  });
});
