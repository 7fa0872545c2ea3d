import { readFileSync } from "node:fs";
import os from "node:os";
import { matrix, openNativeKernels } from "noise-geometry/linalg";
import { speedOf } from "./table.mjs";
import { bestTime } from "./timing.mjs";

/** What the numbers depend on besides the code. */
export function environment() {
  return {
    processor: os.cpus()[0].model.trim(),
    features: features(),
    processors: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    v8: process.versions.v8,
    date: new Date().toISOString(),
    loadAtStart: os.loadavg(),
  };
}

/** Of the vector units; empty where the system does not tell. */
function features() {
  if (process.platform !== "linux") return [];
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "latin1"))?.[1] ?? "";
  return flags.split(" ").filter((flag) => /^(sse4_2|fma|avx)/.test(flag));
}

/**
 * GFLOP/s of the fastest native product of two 1500×1500 matrices, by number of threads and precision: what shares of the peak are
 * shares of. Empty without a native library.
 */
export async function measurePeaks() {
  const peaks = {};
  for (const threads of [1, 2].filter((count) => count <= os.availableParallelism())) {
    const kernels = await openNativeKernels({ threads }).catch((error) => {
      console.error(`no shares of the peak: ${error.message}`);
    });
    if (!kernels) return peaks;
    peaks[threads] = { 32: await peak(kernels, 32), 64: await peak(kernels, 64) };
    await kernels.close();
  }
  return peaks;
}

async function peak(kernels, precision) {
  const order = 1500;
  const Numbers = precision === 32 ? Float32Array : Float64Array;
  const square = () => matrix(order, order, new Numbers(order ** 2).fill(1.5));
  const [a, b, c] = [square(), square(), square()];
  const time = await bestTime(() => kernels.gemm(1, a, b, 0, c), 1);
  return speedOf(2 * order ** 3, time, precision, kernels.threads).gigaflops;
}
