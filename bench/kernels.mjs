/**
 * Our kernels against numpy on this machine, one thread each, in rounds that alternate so that both see the same
 * load. Needs a build (`npm run build`). Run by itself it prints a table: `node bench/kernels.mjs`.
 */
import { fileURLToPath } from "node:url";
import { matrix, mirrorLower, openNativeKernels, openWasmKernels, rowMajor } from "noise-geometry/linalg";
import { findPython, startPeer } from "./python.mjs";
import { printTable } from "./table.mjs";

const rounds = 5;
const secondsEachRound = 0.15;

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
  ...[500, 1000].map((n) => ({ work: "eigh", precision: 64, n, flops: 9 * n ** 3, note: "counted as 9n³" })),
];

/** One table: a row for each case and implementation, in GFLOP/s; ratio is ours/peer, absent without the peer. */
export async function run() {
  delete process.env.OPENBLAS_CORETYPE;
  const python = findPython();
  const peer = python && (await startPeer(python, "kernels.py", 1));
  const implementations = [];
  for (const open of [openNativeKernels, openWasmKernels]) {
    try {
      implementations.push(await open({ threads: 1 }));
    } catch (error) {
      console.error(`left out: ${error.message}`);
    }
  }
  const rows = [];
  for (const { work, precision, n, flops, note } of cases) {
    const ours = implementations.map((kernels) => operation(kernels, work, precision, n));
    const best = ours.map(() => Number.POSITIVE_INFINITY);
    let peerBest = Number.POSITIVE_INFINITY;
    for (let round = 0; round < rounds; round++) {
      for (const [k, once] of ours.entries()) best[k] = Math.min(best[k], bestSeconds(once));
      if (peer === undefined) continue;
      const { seconds } = await peer.ask({ work, precision, n, seconds: secondsEachRound });
      peerBest = Math.min(peerBest, seconds);
    }
    const speed = (seconds) => flops / seconds / 1e9;
    for (const [k, kernels] of implementations.entries()) {
      rows.push({
        work: `${kernels.name} ${work} f${precision} n=${n}`,
        ours: speed(best[k]),
        ...(peer && { peer: speed(peerBest), ratio: peerBest / best[k] }),
        unit: "GFLOP/s",
        ...(note && { note }),
      });
    }
  }
  peer?.end();
  for (const kernels of implementations) await kernels.close();
  const ourNames = implementations.map((kernels) => `${kernels.name}: ${kernels.description}`).join("; ");
  return {
    title: `Kernels, 1 thread (${ourNames}) against ${peer?.name ?? "no numpy on this machine"}`,
    rows,
  };
}

function operation(kernels, work, precision, n) {
  const square = (seed) => {
    const data = precision === 32 ? new Float32Array(n * n) : new Float64Array(n * n);
    for (let k = 0; k < data.length; k++) data[k] = Math.sin(seed + k * k);
    return rowMajor(n, n, data);
  };
  const [a, b, c] = [square(1), square(2), square(3)];
  if (work === "gemm") return () => kernels.gemm(1, a, b, 0, c);
  if (work === "syrk") {
    return () => {
      kernels.syrk(1, a, 0, c);
      mirrorLower(c);
    };
  }
  const symmetric = matrix(n, n, a.data);
  mirrorLower(symmetric);
  return () => kernels.symmetricEigen(symmetric);
}

function bestSeconds(once) {
  once();
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + secondsEachRound * 1000;
  do {
    const start = performance.now();
    once();
    best = Math.min(best, (performance.now() - start) / 1000);
  } while (performance.now() < end);
  return best;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) printTable(await run());
