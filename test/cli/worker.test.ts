import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RedisServer, startRedis, withoutRedis } from "../engines/redisServer.ts";
import { smallRun, writeClasses } from "../runs/trainFixtures.ts";
import { noisegeo, type Outcome, scratchFolder } from "./noisegeo.ts";

if (withoutRedis && process.env.CI) throw new Error(withoutRedis);

const scratch = scratchFolder();
const place = (...parts: string[]) => join(scratch.path, ...parts);
const sweep = (...words: string[]) => noisegeo(["sweep", "sweep.yaml", ...words], { cwd: scratch.path });
const table = (folder: string) => readFileSync(place(folder, "results.parquet"));
let redis: RedisServer;

/** A worker process, killed outright by `kill` or asked to end by `interrupt`. */
function startWorker(): { kill(): void; interrupt(): void; ended: Promise<Outcome> } {
  let pid = 0;
  const ended = noisegeo(["worker", "--workers", "1"], {
    cwd: scratch.path,
    env: { NOISEGEO_REDIS: redis.url },
    whileRunning: (child) => {
      pid = child.pid;
    },
  });
  return {
    kill: () => void process.kill(pid, "SIGKILL"),
    interrupt: () => void process.kill(pid, "SIGINT"),
    ended,
  };
}

describe.skipIf(withoutRedis)("noisegeo worker", () => {
  beforeAll(async () => {
    redis = await startRedis(scratch.path, ["--requirepass", "sesame"]);
    await writeClasses(place("classes.npz"), 30, [3]);
    const run = smallRun.replace("steps: 40", "steps: 1000").replace("every: 1 ", "every: 10 ");
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

    const [first, second] = [startWorker(), startWorker()];
    void setTimeout(1500).then(first.kill);
    const remote = await sweep("--engine", "bullmq", "--redis", redis.url, "--out", "remote");
    expect(remote.code, remote.stderr).toBe(0);
    expect(remote.stdout).toMatch(/^6 jobs: 6 done now\n/);
    expect(table("remote")).toEqual(table("local"));

    second.interrupt();
    const { code, stderr } = await second.ended;
    expect(code).toBe(130);
    const manifest = readFileSync(place("remote", "sweep.json"), "utf8");
    for (const text of [stderr, remote.stderr, remote.stdout, manifest]) expect(text).not.toContain("sesame");
  }, 120_000);

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
