import type { Kernels } from "../linalg/kernels/kernels.ts";
import { rowMajor } from "../linalg/matrix.ts";
import { createStream } from "../random/index.ts";

/** Nine tenths of it matrix products on the machine of trialSeconds.json, the rest draws. */
const work = { order: 160, products: 50, draws: 100_000 };
/** Short ones, so that one of them finds a processor of its own on a machine with other work too. */
const rounds = 12;

/**
 * Seconds, by `clock`, of a fixed piece of work: what the times of trialSeconds.json are scaled by from machine to machine. The
 * least of twelve rounds, together about 0.1 s on the machine of that file.
 * @param clock seconds since any one time
 */
export function calibrationSeconds(kernels: Kernels, clock: () => number): number {
  const { order, products, draws } = work;
  const operand = () => rowMajor(order, order, new Float64Array(order ** 2));
  const [a, b, c] = [operand(), operand(), operand()];
  const numbers = new Float64Array(draws);
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = clock();
    createStream(round).gaussians(numbers);
    a.data.set(numbers.subarray(0, order ** 2));
    b.data.set(numbers.subarray(order ** 2, 2 * order ** 2));
    for (let k = 0; k < products; k++) kernels.gemm(1, a, b, 0, c);
    least = Math.min(least, clock() - start);
  }
  return least;
}
