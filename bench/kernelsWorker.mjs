/**
 * Our side of kernels.mjs, one process a kind of kernels: `node kernelsWorker.mjs native|wasm|wasm-relaxed`. Requests and answers
 * are those of peers/kernels.py.
 */
import process from "node:process";
import { createInterface } from "node:readline";
import { matrix, mirrorLower, openKernels, rowMajor } from "noise-geometry/linalg";
import { bestTime, timeOf } from "./timing.mjs";

const kernels = await openKernels({ prefer: process.argv[2], threads: 1 });
console.log(JSON.stringify({ peer: kernels.description }));
let key;
let once;
for await (const line of createInterface({ input: process.stdin })) {
  const { work, precision, n, seconds } = JSON.parse(line);
  if (key !== `${work} ${precision} ${n}`) once = operation(work, precision, n);
  key = `${work} ${precision} ${n}`;
  const first = await timeOf(once);
  console.log(JSON.stringify(first.seconds > seconds ? first : await bestTime(once, seconds)));
}
await kernels.close();

function operation(work, precision, n) {
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
