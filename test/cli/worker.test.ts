import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RedisServer, startRedis, withoutRedis } from "../engines/redisServer.ts";
import { smallRun, writeClasses } from "../runs/trainFixtures.ts";
import { atWrite, noisegeo, type Outcome, scratchFolder } from "./noisegeo.ts";

if (withoutRedis && process.env.CI) throw new Error(withoutRedis);

const scratch = scratchFolder();
const place = (...parts: string[]) => join(scratch.path, ...parts);
const sweep = (...words: string[]) => noisegeo(["sweep", "sweep.yaml", ...words], { cwd: scratch.path });
const table = (folder: string) => readFileSync(place(folder, "results.parquet"));
let redis: RedisServer;

/** A worker process; `interrupt` asks it to end. */
function startWorker(env: Readonly<Record<string, string>> = {}): {
  interrupt(): void;
  ended: Promise<Outcome>;
} {
  let interrupt = () => {};
  const ended = noisegeo(["worker", "--workers", "1"], {
    cwd: scratch.path,
    env: { NOISEGEO_REDIS: redis.url, ...env },
    whileRunning: (child) => {
      interrupt = child.interrupt;
    },
  });
  return { interrupt, ended };
}

describe.skipIf(withoutRedis)("noisegeo worker", () => {
  beforeAll(async () => {
    redis = await startRedis(scratch.path, ["--requirepass", "sesame"]);
    await writeClasses(place("classes.npz"), 30, [3]);
    const run = smallRun.replace("steps: 40", "steps: 400").replace("every: 1 ", "every: 10 ");
    writeFileSync(place("base.yaml"), run);
    writeFileSync(
      place("sweep.yaml"),
      "command: train\nconfig: base.yaml\ndesign: { grid: { optimiser.batchSize: [1, 4], seed: [1, 2, 3] } }",
    );
  });
  afterAll(async () => {
    await redis.kill();
    scratch.remove();
  });

  test("several processes and one that is killed outright give the table that threads give, to the byte", async () => {
    const local = await sweep("--out", "local");
    expect(local.code, local.stderr).toBe(0);

    // in the middle of its first job, which is nobody else's before
    const killed = startWorker(atWrite({ file: /metrics\.jsonl$/, write: 20, signal: "SIGKILL" }));
    const sweeping = sweep("--engine", "bullmq", "--redis", redis.url, "--out", "remote");
    expect((await killed.ended).signal).toBe("SIGKILL");
    const workers = [startWorker(), startWorker()];
    const remote = await sweeping;
    expect(remote.code, remote.stderr).toBe(0);
    expect(remote.stdout).toMatch(/^6 jobs: 6 done now\n/);
    expect(table("remote")).toEqual(table("local"));

    for (const { interrupt } of workers) interrupt();
    const ends = await Promise.all(workers.map(({ ended }) => ended));
    expect(ends.map(({ code }) => code)).toEqual([130, 130]);
    const stderr = ends.map((end) => end.stderr).join("");
    const manifest = readFileSync(place("remote", "sweep.json"), "utf8");
    for (const text of [stderr, remote.stderr, remote.stdout, manifest]) expect(text).not.toContain("sesame");
  });

  test.each([
    [
      ["--engine", "bullmq"],
      /^noisegeo: --redis: expected redis:\/\/host:port \(or the variable NOISEGEO_REDIS\), got none/,
    ],
    [
      ["--redis", "redis://localhost"],
      /^noisegeo: --redis: expected --engine bullmq with it, got local; leave --redis out\n$/,
    ],
    [
      ["--engine", "bullmq", "--redis", "redis://x:oyster@127.0.0.1:1"],
      /^noisegeo: redis:\/\/127\.0\.0\.1:1: expected a Redis server that lets us in, got ECONNREFUSED; check address, user and password\n$/,
    ],
  ])("one line and exit code 2 for %j", async (words, message) => {
    const { code, stderr } = await sweep("--out", "wrong", ...words);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
