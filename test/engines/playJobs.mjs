/**
 * Jobs that do nothing of use, each in its own way, for the tests of engines: what `config.act` says.
 * A module that a worker thread or a worker process can load as it is.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { isMainThread } from "node:worker_threads";

/** The first time that this job is tried in this scratch folder. */
function isFirst(scratch) {
  const mark = join(scratch, "tried");
  if (existsSync(mark)) return false;
  mkdirSync(scratch, { recursive: true });
  writeFileSync(mark, "");
  return true;
}

function breakDown() {
  if (isMainThread) process.kill(process.pid, "SIGKILL");
  process.exit(9);
}

export async function runJob(job, { worker, scratch, signal, onProgress }) {
  const { act, value = 0, milliseconds = 0, until } = job.config;
  if (act === "refuse") return { kind: "failed", message: `refused ${value}`, retry: false };
  if (act === "fail") return { kind: "failed", message: `failed ${value}`, retry: true };
  if (act === "failOnce" && isFirst(scratch)) return { kind: "failed", message: "failed once", retry: true };
  if (act === "break" || (act === "breakOnce" && isFirst(scratch))) breakDown();
  for (let spent = 0; spent < milliseconds || (until && !existsSync(until)); spent += 20) {
    onProgress(spent / (spent + 20));
    try {
      await setTimeout(20, undefined, { signal });
    } catch {
      return { kind: "stopped" };
    }
  }
  return {
    kind: "done",
    result: {
      schema: 1,
      id: job.id,
      row: { square: value * value, third: value / 3 },
      document: { values: [value, value / 3] },
      provenance: { seconds: milliseconds / 1000, kernels: "none", worker },
    },
  };
}
