import type { BatchDraw } from "../../src/dynamics/batchNoise.ts";

/** Every batch there is, each as likely as the others: n^B sequences, or those without repeats. */
export function allBatches(samples: number, { batchSize, replacement }: BatchDraw): Int32Array[] {
  let sequences: number[][] = [[]];
  for (let k = 0; k < batchSize; k++) {
    sequences = sequences.flatMap((sequence) =>
      Array.from({ length: samples }, (_, i) => i)
        .filter((i) => replacement || !sequence.includes(i))
        .map((i) => [...sequence, i]),
    );
  }
  return sequences.map((sequence) => Int32Array.from(sequence));
}
