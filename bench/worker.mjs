import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Threads of every BLAS that numpy may be built with. */
export function threadsOf(count) {
  const names = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"];
  return Object.fromEntries(names.map((name) => [name, String(count)]));
}

/** A program kept running: it says first who it is, { peer }, then answers each line of JSON with one. */
export async function startWorker(command, words, threads, env = {}) {
  const child = spawn(command, words, {
    env: { ...process.env, ...threadsOf(threads), ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ${words.join(" ")} ended early`);
    return JSON.parse(value);
  };
  return {
    name: (await answer()).peer,
    ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return answer();
    },
    end: () => child.stdin.end(),
  };
}
