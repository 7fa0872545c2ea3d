import type { SampleRange } from "../../sampleRange.ts";

export interface TilePair {
  readonly rows: SampleRange;
  readonly columns: SampleRange;
}

/** Numbers of K in a tile: 32 MiB, and not much more beside it. */
const tileNumbers = 2 ** 22;

/** Samples a side of a tile, unless somebody says. */
export function tileSide(outputs: number): number {
  return Math.max(1, Math.floor(Math.sqrt(tileNumbers) / outputs));
}

/** The tiles on and below the diagonal of K, of `side` samples each way (fewer in the last ones), in the order in which they are gathered. */
export function tilePairs(samples: number, side: number): TilePair[] {
  const ranges: SampleRange[] = [];
  for (let start = 0; start < samples; start += side) {
    ranges.push({ start, count: Math.min(side, samples - start) });
  }
  return ranges.flatMap((rows, t) => ranges.slice(0, t + 1).map((columns) => ({ rows, columns })));
}
