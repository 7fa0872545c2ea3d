// Rates of the WebAssembly kernels on this machine, best of several calls: node bench/wasmKernels.mjs [FOLDER OF linalg/index.js]
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.argv[2]
  ? resolve(process.argv[2])
  : new URL("../dist/linalg", import.meta.url).pathname;
const { openKernels, rowMajor } = await import(pathToFileURL(`${folder}/index.js`).href);
const budget = 0.6;

/** Seconds of the fastest batch within the budget, per call; short calls are timed in batches of at least a millisecond. */
async function fastest(call) {
  let calls = 1;
  let best = Number.POSITIVE_INFINITY;
  for (let spent = 0, batches = 0; spent < budget || batches < 5; batches++) {
    const start = performance.now();
    for (let k = 0; k < calls; k++) await call();
    const seconds = (performance.now() - start) / 1000;
    best = Math.min(best, seconds / calls);
    if (seconds < 0.001) calls *= 2;
    spent += seconds;
  }
  return best;
}

function random(kind, rows, columns) {
  return rowMajor(
    rows,
    columns,
    kind.from({ length: rows * columns }, () => Math.random() - 0.5),
  );
}

const kernels = await openKernels({ prefer: "wasm", threads: 2 });
for (const kind of [Float32Array, Float64Array]) {
  for (const n of [10, 32, 100, 500, 1000]) {
    const [a, b, c] = [0, 1, 2].map(() => random(kind, n, n));
    const flops = 2 * n ** 3;
    const rate = async (count, call) => ((count / (await fastest(call))) * 1e-9).toFixed(1).padStart(6);
    console.log(
      kind.name.slice(0, 7),
      String(n).padStart(5),
      "gemm",
      await rate(flops, () => kernels.gemm(1, a, b, 0, c)),
      "· 2 threads",
      await rate(flops, () => kernels.background.gemm(1, a, b, 0, c)),
      "· syrk",
      await rate(flops / 2, () => kernels.syrk(1, a, 0, c)),
      "· gemv",
      await rate(2 * n * n, () => kernels.gemv(1, a, b.data.subarray(0, n), 0, c.data.subarray(0, n))),
      "GFLOP/s",
    );
  }
}
for (const n of [100, 500, 1000, 2000]) {
  const a = random(Float64Array, n, n);
  const vectors = await fastest(() => kernels.symmetricEigen(a));
  const values = await fastest(() => kernels.symmetricEigenvalues(a));
  console.log(`symmetric eigen n = ${n}: ${vectors.toFixed(3)} s, values alone ${values.toFixed(3)} s`);
}
await kernels.close();
