import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startWorker } from "./worker.mjs";

/** A python that has the package; undefined, with a message, when there is none. */
export function findPython(name = "numpy") {
  const candidates = process.env.PYTHON ? [process.env.PYTHON] : ["/usr/bin/python3", "python3", "python"];
  const python = candidates.find((python) => spawnSync(python, ["-c", `import ${name}`]).status === 0);
  if (python === undefined) {
    console.error(`no ${name} in ${candidates.join(", ")}: set PYTHON to a python that has it to compare`);
  }
  return python;
}

/** The script or folder of that name in peers/, kept running; undefined, with a message, without a python that has the package. */
export async function startPeer(name, threads, needs = "numpy") {
  const python = findPython(needs);
  if (python === undefined) return undefined;
  const folder = fileURLToPath(new URL("./peers/", import.meta.url));
  return startWorker(python, [`${folder}${name}`], threads, {
    PYTHONPATH: folder,
    PYTHONDONTWRITEBYTECODE: "1",
  });
}
