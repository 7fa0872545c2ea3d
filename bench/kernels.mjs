/**
 * Our kernels, native, WebAssembly, and WebAssembly with relaxed SIMD (on Node 20 by its flag), against numpy, one thread each and
 * each in a process of its own, in rounds that alternate so that all see the same load.
 */
import { fileURLToPath } from "node:url";
import { startPeer } from "./python.mjs";
import { announce, speedOf } from "./table.mjs";
import { least } from "./timing.mjs";
import { startWorker } from "./worker.mjs";

const rounds = 4;
const secondsEachRound = 0.15;
/** Slower work is done once. */
const longSeconds = 1;
const script = fileURLToPath(new URL("./kernelsWorker.mjs", import.meta.url));

/** Operations as the field counts them; an eigendecomposition as 9n³ (Golub & Van Loan, 4th ed., §8.3). */
const cases = [
  ...[100, 500, 1000, 2000].flatMap((n) => [
    { work: "gemm", precision: 32, n, flops: 2 * n ** 3 },
    { work: "gemm", precision: 64, n, flops: 2 * n ** 3 },
  ]),
  ...[500, 1000].flatMap((n) => [
    { work: "syrk", precision: 32, n, flops: n ** 3, note: "with the triangle mirrored" },
    { work: "syrk", precision: 64, n, flops: n ** 3, note: "with the triangle mirrored" },
  ]),
  ...[500, 1000, 2000].map((n) => ({
    work: "eigh",
    precision: 64,
    n,
    flops: 9 * n ** 3,
    note: "counted as 9n³",
  })),
];

export async function run() {
  const sides = await ourSides();
  const peer = await startPeer("kernels.py", 1);
  try {
    const rows = [];
    for (const one of cases) rows.push(...(await compared(one, sides, peer)));
    const names = [...sides].map(([name, side]) => `${name}: ${side.name}`).join("; ");
    return { title: `Kernels, 1 thread (${names}) against ${peer?.name ?? "nothing"}`, rows };
  } finally {
    for (const side of [...sides.values(), peer]) side?.end();
  }
}

/** A row for each of our sides. */
async function compared({ work, precision, n, flops, note }, sides, peer) {
  const best = new Map();
  for (let round = 0, slowest = 0; round < rounds && slowest < longSeconds; round++) {
    for (const side of [...sides.values(), peer].filter(Boolean)) {
      const time = await side.ask({ work, precision, n, seconds: secondsEachRound });
      best.set(side, least(best.get(side), time));
      slowest = Math.max(slowest, time.seconds);
    }
  }
  const other = best.get(peer);
  return [...sides].map(([name, side]) => {
    const ours = best.get(side);
    return announce({
      id: `${name} ${work} f${precision} n=${n}`,
      work: `${name} ${work} f${precision} n=${n}`,
      unit: work === "eigh" ? "s" : "GFLOP/s",
      ...inUnits(work, "seconds", ours, other, flops),
      cpu: inUnits(work, "cpu", ours, other, flops),
      speed: speedOf(flops, ours, precision, 1),
      note,
    });
  });
}

/** Products in GFLOP/s, eigendecompositions in seconds. */
function inUnits(work, key, ours, other, flops) {
  const shown = (time) => (work === "eigh" ? time[key] : flops / time[key] / 1e9);
  return { ours: shown(ours), ...(other && { peer: shown(other), ratio: other[key] / ours[key] }) };
}

/** Later versions have no such flag. */
const relaxedFlag = process.versions.node.startsWith("20.") ? ["--experimental-wasm-relaxed-simd"] : [];

async function ourSides() {
  const sides = new Map();
  for (const [name, words] of [
    ["native", [script, "native"]],
    ["wasm", [script, "wasm"]],
    ["wasm relaxed", [...relaxedFlag, script, "wasm-relaxed"]],
  ]) {
    try {
      sides.set(name, await startWorker(process.execPath, words, 1));
    } catch (error) {
      console.error(`left out: ${error.message}`);
    }
  }
  return sides;
}
