import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SlurmCluster, startSlurm, withoutSlurm } from "../engines/slurmCluster.ts";
import { smallRun, writeClasses } from "../runs/trainFixtures.ts";
import { atWrite, noisegeo, scratchFolder } from "./noisegeo.ts";

if (withoutSlurm && process.env.CI) throw new Error(withoutSlurm);

const scratch = scratchFolder();
const place = (...parts: string[]) => join(scratch.path, ...parts);
const sweep = (...words: string[]) =>
  noisegeo(["sweep", "sweep.yaml", ...words], {
    cwd: scratch.path,
    env: cluster ? { SLURM_CONF: cluster.SLURM_CONF } : {},
  });
/** How many jobs of a sweep have begun. */
const begunIn = (folder: string) => {
  const jobs = place(folder, "jobs");
  const files = existsSync(jobs) ? readdirSync(jobs, { recursive: true, encoding: "utf8" }) : [];
  return files.filter((file) => file.endsWith("metrics.jsonl")).length;
};
const table = (folder: string) => readFileSync(place(folder, "results.parquet"));
let cluster: SlurmCluster;

describe.skipIf(withoutSlurm)("noisegeo sweep --engine slurm", () => {
  beforeAll(async () => {
    cluster = await startSlurm();
    await writeClasses(place("classes.npz"), 30, [3]);
    writeFileSync(place("base.yaml"), smallRun.replace("steps: 40", "steps: 400"));
    writeFileSync(
      place("sweep.yaml"),
      "command: train\nconfig: base.yaml\ndesign: { grid: { optimiser.batchSize: [1, 4], seed: [1, 2, 3] } }",
    );
  });
  afterAll(() => {
    cluster.stop();
    scratch.remove();
  });

  test("gives the table that threads give, to the byte, and goes on where it was killed", async () => {
    const local = await sweep("--out", "local");
    expect(local.code, local.stderr).toBe(0);
    // killed while tasks are in the middle of their jobs, which go on when it is gone
    const free = place("free");
    let pid = 0;
    const sweeping = noisegeo(["sweep", "sweep.yaml", "--engine", "slurm", "--out", "remote"], {
      cwd: scratch.path,
      env: {
        SLURM_CONF: cluster.SLURM_CONF,
        ...atWrite({ file: /metrics\.jsonl$/, write: 20, until: free }),
      },
      whileRunning: (child) => {
        pid = child.pid;
      },
    });
    await expect.poll(() => begunIn("remote")).toBeGreaterThan(0);
    process.kill(pid, "SIGKILL");
    expect((await sweeping).signal).toBe("SIGKILL");
    writeFileSync(free, "");
    const remote = await sweep(
      "--engine",
      "slurm",
      "--sbatch",
      "--time=5 --partition=main",
      "--out",
      "remote",
    );
    expect(remote.code, remote.stderr).toBe(0);
    expect(remote.stdout).toMatch(/^6 jobs: /);
    expect(table("remote")).toEqual(table("local"));
  });

  test("gather writes the table from what is there", async () => {
    const before = table("local");
    const { code, stdout } = await noisegeo(["gather", "local"], { cwd: scratch.path });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^6 jobs: 0 done now, 6 before\nlocal\/results\.parquet\n/);
    expect(table("local")).toEqual(before);
  });

  test("what sbatch refuses is one line, exit code 2", async () => {
    const { code, stderr } = await sweep(
      "--engine",
      "slurm",
      "--sbatch",
      "--partition=nowhere",
      "--out",
      "refused",
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^noisegeo: sbatch: expected to take an array of 5 tasks, got: sbatch: error: .*partition.*; --sbatch says what your site wants\n$/i,
    );
  });

  test("tiles of one measurement come to the same bytes although a node dies under them", async () => {
    writeFileSync(
      place("tiles.yaml"),
      "command: measure\nconfig: { run: trained, step: 400, samples: 29, seed: 3 }\ndesign: { tiles: 8 }",
    );
    const trained = await noisegeo(["train", "base.yaml", "--out", "trained"], { cwd: scratch.path });
    expect(trained.code, trained.stderr).toBe(0);
    const local = await noisegeo(["sweep", "tiles.yaml", "--out", "tiles"], { cwd: scratch.path });
    expect(local.code, local.stderr).toBe(0);
    const over = new AbortController();
    // no task ends before the node has died
    const dead = place("dead");
    const [remote, killed] = await Promise.all([
      noisegeo(["sweep", "tiles.yaml", "--engine", "slurm", "--out", "remote-tiles"], {
        cwd: scratch.path,
        env: { SLURM_CONF: cluster.SLURM_CONF, ...atWrite({ file: /result\.json$/, until: dead }) },
      }).finally(() => over.abort()),
      cluster.killWhileWorking(cluster.nodes[1], 1, over.signal).finally(() => writeFileSync(dead, "")),
    ]);
    expect(remote.code, remote.stderr).toBe(0);
    expect(remote.stdout).toMatch(/^10 jobs: /);
    expect(killed).toBeGreaterThan(0);
    for (const file of ["measure.json", "results.parquet"]) {
      expect(readFileSync(place("remote-tiles", file))).toEqual(readFileSync(place("tiles", file)));
    }
  });
});
