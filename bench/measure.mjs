/**
 * `noisegeo measure` against the same computation written in numpy, each as a whole process from files to JSON, start-up
 * included, in rounds that alternate.
 */
import { fileURLToPath } from "node:url";
import { withJacobian } from "./jacobianFiles.mjs";
import { timedProcess } from "./processes.mjs";
import { findPython } from "./python.mjs";
import { timeRow } from "./table.mjs";
import { typical } from "./timing.mjs";
import { threadsOf } from "./worker.mjs";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const script = fileURLToPath(new URL("./peers/measure.py", import.meta.url));
const threads = 1;

const cases = [
  { n: 1000, outputs: 1, p: 20_000 },
  { n: 200, outputs: 3, p: 20_000 },
  { n: 20_000, outputs: 1, p: 200, note: "p < n" },
];

export async function run() {
  const python = findPython();
  return {
    title: `noisegeo measure, ${threads} thread, whole process, against numpy`,
    rows: cases.map((size) => measureRow(size, python, 5)),
  };
}

/** A row of whole processes on a random Jacobian of this size. */
export function measureRow({ n, outputs, p, ...row }, python, rounds) {
  const [ours, peer] = withJacobian({ n, outputs, p }, (J, r) => measured(J, r, python, rounds));
  return timeRow({
    work: `noisegeo measure, n = ${n}, C = ${outputs}, p = ${p}`,
    ...row,
    ours: typical(ours),
    ...(python && { peer: typical(peer) }),
  });
}

function measured(J, r, python, rounds) {
  const env = { ...process.env, ...threadsOf(threads) };
  const words = [main, "measure", "--jacobian", J, "--residuals", r, "--threads", String(threads)];
  const [ours, peer] = [[], []];
  for (let round = 0; round <= rounds; round++) {
    const own = timedProcess(process.execPath, [...words, "--json", "-"], env);
    const other = python && timedProcess(python, [script, J, r], env);
    if (other) requireAgreement(JSON.parse(own.output), JSON.parse(other.output));
    // the first round warms the file cache and does not count
    if (round === 0) continue;
    ours.push(own);
    peer.push(other);
  }
  return [ours, peer];
}

/** A comparison of speed is one only between equal results. */
function requireAgreement(ours, peer) {
  const difference = Math.abs(ours.lossAlignment.covariance / peer.lossAlignment.covariance - 1);
  if (!(difference < 1e-9)) throw new Error(`noisegeo and numpy disagree on μ by ${difference}`);
}
