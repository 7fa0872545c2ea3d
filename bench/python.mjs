import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Threads of every BLAS that numpy may be built with. */
export function threadsOf(count) {
  const names = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"];
  return Object.fromEntries(names.map((name) => [name, String(count)]));
}

/** A python that has the package; undefined, with a message, when there is none. */
export function findPython(name = "numpy") {
  const candidates = process.env.PYTHON ? [process.env.PYTHON] : ["/usr/bin/python3", "python3", "python"];
  const python = candidates.find((python) => spawnSync(python, ["-c", `import ${name}`]).status === 0);
  if (python === undefined) {
    console.error(`no ${name} in ${candidates.join(", ")}: set PYTHON to a python that has it to compare`);
  }
  return python;
}

/** The script or folder of that name in peers/, kept running: it says first who it is, then answers a line for each request. */
export async function startPeer(python, name, threads) {
  const script = fileURLToPath(new URL(`./peers/${name}`, import.meta.url));
  const child = spawn(python, [script], {
    env: { ...process.env, ...threadsOf(threads) },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${python} ${script} ended early`);
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
