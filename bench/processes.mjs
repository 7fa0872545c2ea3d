import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The process from start to end: its times and what it wrote. Throws where it fails. */
export function timedProcess(command, words, env = process.env) {
  const used = childrenCpu();
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(command, words, { env, maxBuffer: 2 ** 28 });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`${command} ${words.join(" ")}: ${stderr}`);
  const cpu = used === undefined ? undefined : childrenCpu() - used;
  return { seconds, cpu, output: stdout.toString() };
}

/** Seconds of all children that have ended, in steps of 1/100; undefined where the system does not tell. */
function childrenCpu() {
  if (process.platform !== "linux") return undefined;
  // fields from the third on, after the name in brackets; see proc(5)
  const fields = readFileSync("/proc/self/stat", "latin1").split(") ").pop().split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
