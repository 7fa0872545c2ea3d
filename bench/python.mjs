import { spawnSync } from "node:child_process";

/** Threads of every BLAS that numpy may be built with. */
export function threadsOf(count) {
  const names = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"];
  return Object.fromEntries(names.map((name) => [name, String(count)]));
}

/** A python that has numpy; undefined, with a message, when there is none. */
export function findPython() {
  const candidates = process.env.PYTHON ? [process.env.PYTHON] : ["/usr/bin/python3", "python3", "python"];
  const python = candidates.find((name) => spawnSync(name, ["-c", "import numpy"]).status === 0);
  if (python === undefined) {
    console.error(`no numpy in ${candidates.join(", ")}: set PYTHON to a python that has it to compare`);
  }
  return python;
}
