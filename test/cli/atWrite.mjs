/**
 * Loaded before a command, in each of its threads: what is to befall it as it begins to write a file. The command does it to itself, so
 * that no other process has to be quick enough.
 */
import { existsSync, promises } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import process from "node:process";
import { isMainThread } from "node:worker_threads";

const { file, write, signal, after, again, until } = JSON.parse(process.env.NOISEGEO_AT_WRITE);
const path = new RegExp(file);
let left = write;
// a worker thread hears of no signals
if (again && isMainThread) process.once(signal, () => process.kill(process.pid, signal));

function begin(written) {
  if (!path.test(String(written)) || --left !== 0) return;
  if (after !== undefined) setTimeout(() => process.kill(process.pid, signal), after).unref();
  else if (signal !== undefined) process.kill(process.pid, signal);
  if (until === undefined) return;
  const clock = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(until)) Atomics.wait(clock, 0, 0, 10);
}

const { open, rename } = promises;
promises.rename = (from, to) => {
  begin(to);
  return rename(from, to);
};
promises.open = async (...words) => {
  const handle = await open(...words);
  const append = handle.appendFile.bind(handle);
  handle.appendFile = (...content) => {
    begin(words[0]);
    return append(...content);
  };
  return handle;
};
syncBuiltinESMExports();
