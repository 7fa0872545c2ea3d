/**
 * A reader that never comes back cannot be stopped from its own thread. A second thread looks whether the first still
 * takes up new work; when it has not for too long, by the time of the processor and not the clock, it keeps the input and ends the
 * process.
 */
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

/** Milliseconds, of the longest case by far; only a reader that hangs comes near. */
const patience = 20_000;

const state = new Int32Array(new SharedArrayBuffer(8));
let place: string | undefined;

function start(): string {
  const path = join(tmpdir(), `noisegeo-fuzz-${process.pid}.input`);
  const watch = `
    const { workerData: { state, patience, path } } = require("node:worker_threads");
    const { writeSync } = require("node:fs");
    let seen = -1;
    let before = process.cpuUsage();
    setInterval(() => {
      const turn = Atomics.load(state, 0);
      if (Atomics.load(state, 1) === 0 || turn !== seen) before = process.cpuUsage();
      seen = turn;
      const { user, system } = process.cpuUsage(before);
      if ((user + system) / 1000 < patience) return;
      writeSync(2, "fuzzing: no end within " + patience + " ms; the input is kept in " + path + "\\n");
      process.kill(process.pid, "SIGKILL");
    }, patience / 10);`;
  new Worker(watch, { eval: true, workerData: { state, patience, path } }).unref();
  return path;
}

/** Runs `work` on `input`; ends the process, with the input kept in a file, where it blocks the thread. */
export async function watched(input: string | Uint8Array, work: () => Promise<void>): Promise<void> {
  place ??= start();
  // a copy on disk before the work: afterwards it may be too late
  writeFileSync(place, input);
  Atomics.add(state, 0, 1);
  Atomics.store(state, 1, 1);
  try {
    await work();
  } finally {
    Atomics.store(state, 1, 0);
  }
}
