/** numpy as an oracle, where a Python with it is there. */
import { spawnSync } from "node:child_process";

const candidates = process.env.PYTHON ? [process.env.PYTHON] : ["/usr/bin/python3", "python3"];
const python = candidates.find(
  (command) => spawnSync(command, ["-c", "import numpy"], { stdio: "ignore" }).status === 0,
);

/** Why tests against numpy are left out, for their titles; undefined where they run. In CI they always do, and fail. */
export const numpyMissing =
  python === undefined && !process.env.CI ? `skipped: no numpy in ${candidates.join(" or ")}` : undefined;

/** Runs a script with `np` imported in `directory`, `input` on its standard input; returns what it prints. Throws with Python's message where it fails. */
export function runNumpy(script: string, directory: string, input = ""): string {
  const { status, stdout, stderr, error } = spawnSync(
    python ?? candidates[0],
    ["-c", `import numpy as np, json, sys\n${script}`],
    { cwd: directory, input, encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  if (status !== 0) throw new Error(`numpy oracle failed: ${error?.message ?? stderr}`);
  return stdout;
}
