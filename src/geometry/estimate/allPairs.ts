import type { BlockGrams } from "./blockGrams.ts";
import { blockSize } from "./blockGrams.ts";
import { ownTraces, type PairSums, squaredBlock, squaredImage } from "./pairSums.ts";

/**
 * The sums over every pair of the n samples, exact: K tile by tile, never more of it than the rows and columns of two tiles.
 * Tiles are added in a fixed order.
 */
export async function allPairs(
  grams: BlockGrams,
  population: number,
  outputs: number,
  onProgress?: (fraction: number) => void | Promise<void>,
): Promise<PairSums> {
  const size = blockSize(outputs);
  const tiles: Int32Array[] = [];
  for (let first = 0; first < population; first += size) {
    const length = Math.min(size, population - first);
    tiles.push(Int32Array.from({ length }, (_, k) => first + k));
  }
  const sums = { frobenius: 0, aligned: 0, trace: 0, noise: 0 };
  for (const [t, rows] of tiles.entries()) {
    const own = await grams.of(rows);
    for (let i = 0; i < rows.length; i++) {
      const { trace, noise } = ownTraces(own, i);
      sums.trace += trace;
      sums.noise += noise;
      for (let j = 0; j < rows.length; j++) {
        sums.frobenius += squaredBlock(own, i, j);
        sums.aligned += squaredImage(own, i, j);
      }
    }
    for (const columns of tiles.slice(0, t)) {
      const both = new Int32Array(rows.length + columns.length);
      both.set(rows);
      both.set(columns, rows.length);
      const block = await grams.of(both);
      for (let i = 0; i < rows.length; i++) {
        for (let j = rows.length; j < both.length; j++) {
          sums.frobenius += 2 * squaredBlock(block, i, j);
          sums.aligned += squaredImage(block, i, j) + squaredImage(block, j, i);
        }
      }
    }
    await onProgress?.(((t + 1) / tiles.length) ** 2);
  }
  return {
    frobeniusSquared: sums.frobenius / population / population,
    alignedTrace: sums.aligned / population / population,
    trace: sums.trace / population,
    noiseTrace: sums.noise / population,
  };
}
