/**
 * `noisegeo measure` against the same computation written in numpy, each as a whole process from files to JSON, start-up
 * included, in rounds that alternate. Needs a build. Run by itself it prints a table: `node bench/measure.mjs`.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createStream, encodeNpy } from "noise-geometry";
import { findPython, threadsOf } from "./python.mjs";
import { printTable } from "./table.mjs";
import { median } from "./timing.mjs";

const rounds = 5;
const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const script = fileURLToPath(new URL("./peers/measure.py", import.meta.url));

const cases = [
  { n: 10, outputs: 1, p: 10, note: "start-up" },
  { n: 1000, outputs: 1, p: 20_000 },
  { n: 200, outputs: 3, p: 20_000 },
  { n: 20_000, outputs: 1, p: 200, note: "p < n" },
];

/** One table: median seconds of each process and their ratio, numpy over ours. */
export async function run(threads = 1) {
  const python = findPython();
  const folder = mkdtempSync(join(tmpdir(), "noisegeo-bench-"));
  const rows = [];
  try {
    for (const size of cases) rows.push(measureCase(size, folder, python, threads));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { title: `noisegeo measure, ${threads} thread(s), whole process, against numpy`, rows };
}

function measureCase({ n, outputs, p, note }, folder, python, threads) {
  const stream = createStream(1).split(n, outputs, p);
  const [J, r] = [join(folder, "J.npy"), join(folder, "r.npy")];
  const jacobian = Float32Array.from(stream.gaussians(new Float64Array(n * outputs * p)));
  const shape = outputs === 1 ? [n] : [n, outputs];
  writeFileSync(J, encodeNpy(jacobian, [...shape, p]));
  writeFileSync(r, encodeNpy(stream.gaussians(new Float64Array(n * outputs)), shape));

  const env = { ...process.env, ...threadsOf(threads) };
  const ours = ["measure", "--jacobian", J, "--residuals", r, "--threads", String(threads), "--json", "-"];
  const times = { ours: [], peer: [] };
  for (let round = 0; round <= rounds; round++) {
    const own = timed(process.execPath, [main, ...ours], env);
    const other = python && timed(python, [script, J, r], env);
    if (other) requireAgreement(own.document, other.document);
    // the first round warms the file cache and does not count
    if (round === 0) continue;
    times.ours.push(own.seconds);
    if (other) times.peer.push(other.seconds);
  }
  const work = `n = ${n}, C = ${outputs}, p = ${p}`;
  const seconds = median(times.ours);
  if (!python) return { work, ours: seconds, unit: "s", note };
  return {
    work,
    ours: seconds,
    peer: median(times.peer),
    ratio: median(times.peer) / seconds,
    unit: "s",
    note,
  };
}

function timed(command, words, env) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(command, words, { env, maxBuffer: 2 ** 28 });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
  return { seconds, document: JSON.parse(stdout) };
}

/** A comparison of speed is one only between equal results. */
function requireAgreement(ours, peer) {
  const difference = Math.abs(ours.lossAlignment.covariance / peer.lossAlignment.covariance - 1);
  if (!(difference < 1e-9)) throw new Error(`noisegeo and numpy disagree on μ by ${difference}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) printTable(await run());
