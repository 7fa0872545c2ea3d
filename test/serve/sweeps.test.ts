import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SweepManifest, sweepFolder } from "../../src/runs/sweep/folder.ts";
import { gatherJobs } from "../../src/runs/sweep/gather.ts";
import type { RunList, SweepDetails } from "../../src/serve/api.ts";
import type { ExplorerServer } from "../../src/serve/server.ts";
import { scratchFolder } from "../cli/noisegeo.ts";
import { ask, askJson, secret, serve, summaryAt, writeAll, writeRun } from "./serving.ts";

const rates = [0.01, 0.1, 1];
const jobs = rates.map((rate, k) => ({ id: `job${k}`, point: { "schedule.learningRate": rate, seed: k } }));
const manifest: SweepManifest = { schema: 1, command: "sweep", of: "train", version: "0.1.0", jobs };

function end(folder: string, id: string, file: "result" | "failure", content: object): void {
  mkdirSync(join(folder, "jobs", id), { recursive: true });
  writeFileSync(join(folder, "jobs", id, `${file}.json`), JSON.stringify(content));
}

const result = (id: string, loss: number) => ({
  schema: 1,
  id,
  row: { outcome: "finished", loss },
  document: { metrics: [] },
  provenance: { seconds: 1, kernels: "wasm", worker: "a thread" },
});

const scratch = scratchFolder();
let server: ExplorerServer & AsyncDisposable;
let sweep: string;
beforeAll(async () => {
  const folders = writeAll(scratch.path);
  sweep = join(folders.runs, "sweeps", "rates");
  mkdirSync(sweep, { recursive: true });
  writeFileSync(join(sweep, "sweep.json"), JSON.stringify(manifest));
  writeRun(join(sweep, "jobs", "job1", "scratch", "run"), 5);
  server = await serve(folders);
});
afterAll(async () => {
  await server.close();
  scratch.remove();
});

const details = async () =>
  askJson<SweepDetails>(server.address, `/api/runs/${(await summaryAt(server.address, "sweeps/rates")).id}`);

test("a sweep is found before any job has ended, and the runs in it beside it", async () => {
  expect(await summaryAt(server.address, "sweeps/rates")).toMatchObject({
    kind: "sweep",
    name: "rates",
    of: "train",
    jobs: 3,
    done: 0,
    failed: 0,
  });
  expect(await summaryAt(server.address, "sweeps/rates/jobs/job1/scratch/run")).toMatchObject({
    kind: "run",
  });
  expect((await ask(server.address, `/api/runs/${(await details()).summary.id}/metrics`)).status).toBe(404);
});

test("its rows are those that the command gathers, as they come, and again when they change", async () => {
  const gathered = async () => (await gatherJobs(sweepFolder(sweep), jobs)).rows;
  const before = (await summaryAt(server.address, "sweeps/rates")).changed;
  expect((await details()).rows).toEqual(await gathered());
  end(sweep, "job0", "result", result("job0", 0.5));
  end(sweep, "job2", "failure", { message: "diverged", attempts: 3 });
  const after = await details();
  expect(after).toMatchObject({
    summary: { done: 1, failed: 1 },
    fields: ["schedule.learningRate", "seed"],
    figure: null,
  });
  expect(after.rows).toEqual(await gathered());
  expect(after.rows.map(({ status }) => status)).toEqual(["done", "missing", "failed"]);
  expect(Date.parse(after.summary.changed)).toBeGreaterThanOrEqual(Date.parse(before));

  end(sweep, "job2", "result", result("job2", 2));
  rmSync(join(sweep, "jobs", "job0", "result.json"));
  await new Promise((resolve) => setTimeout(resolve, 20));
  end(sweep, "job0", "result", result("job0", 0.25));
  const later = await details();
  expect(later.summary).toMatchObject({ done: 2, failed: 0 });
  expect(later.rows).toEqual(await gathered());
  expect(later.rows.map(({ loss }) => loss ?? null)).toEqual([0.25, null, 2]);
});

test("neither ids nor links lead out of its folder", async () => {
  const folder = join(sweep, "..", "foreign");
  mkdirSync(join(folder, "jobs", "linked"), { recursive: true });
  const write = (ids: readonly string[]) =>
    writeFileSync(
      join(folder, "sweep.json"),
      JSON.stringify({ ...manifest, jobs: ids.map((id) => ({ id, point: {} })) }),
    );
  end(scratch.path, "linked", "result", { ...result("linked", 1), row: { secret } });
  symlinkSync(
    join(scratch.path, "jobs", "linked", "result.json"),
    join(folder, "jobs", "linked", "result.json"),
  );
  write(["linked"]);
  const { id } = await summaryAt(server.address, "sweeps/foreign");
  expect((await askJson<SweepDetails>(server.address, `/api/runs/${id}`)).rows).toEqual([
    { job: "linked", status: "missing" },
  ]);
  write(["../../../../jobs/linked"]);
  expect((await ask(server.address, `/api/runs/${id}`)).status).toBe(404);
  const { runs } = await askJson<RunList>(server.address, "/api/runs");
  expect(runs.map(({ path }) => path)).not.toContain("sweeps/foreign");
  expect(JSON.stringify(runs)).not.toContain(secret);
});
