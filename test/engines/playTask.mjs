/** A task of an array in Slurm that does a job of playJobs.mjs. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { runJob } from "./playJobs.mjs";

const [folder, batch, index] = process.argv.slice(2);
const read = (...parts) => JSON.parse(readFileSync(join(folder, ...parts), "utf8"));
const write = (value, ...parts) => {
  const path = join(folder, ...parts);
  writeFileSync(`${path}.new`, JSON.stringify(value));
  renameSync(`${path}.new`, path);
};

const id = read("slurm", `batch-${batch}.json`).ids[index];
const scratch = join(folder, "jobs", id, "scratch");
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
const outcome = await runJob(read("jobs", id, "job.json"), {
  worker: `task ${index}`,
  scratch,
  signal: stop.signal,
  onProgress() {},
});
if (outcome.kind === "done") write(outcome.result, "jobs", id, "result.json");
else {
  mkdirSync(join(folder, "slurm", "outcomes"), { recursive: true });
  const told =
    outcome.kind === "failed" ? outcome : { kind: "stopped", message: "told to stop", retry: true };
  write(told, "slurm", "outcomes", `${batch}-${index}.json`);
  process.exitCode = 1;
}
