import { block, type FloatArray, type Matrix, mirrorBlock, mirrorLower } from "../../../linalg/matrix.ts";
import type { GramContext } from "./part.ts";

/** The block of K between samples row … row+rows−1 and column … column+columns−1, equal ranges where they begin at the same one. */
export interface Tile {
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

/** Rows and columns of K in a tile: what is formed of it stays in a core's cache, and BLAS is as fast as on the whole. */
const tileEdge = 384;

/**
 * Tiles that cover K's lower triangle or, with `split`, its rows of the first samples and its columns of the others. Large ones come
 * first: smaller ones fill up what is left at the end.
 */
export function tilesOf(
  { samples, outputs }: Pick<GramContext, "samples" | "outputs">,
  split?: number,
): Tile[] {
  const down = ranges(0, split ?? samples, outputs);
  const across = split === undefined ? down : ranges(split, samples, outputs);
  const tiles = down.flatMap(([row, rows]) =>
    across
      .filter(([column]) => split !== undefined || column <= row)
      .map(([column, columns]) => ({ row, rows, column, columns })),
  );
  const onDiagonal = ({ row, column }: Tile) => row === column;
  return [...tiles.filter((tile) => !onDiagonal(tile)), ...tiles.filter(onDiagonal)];
}

/** Starts and lengths of about equal ranges from … to−1. */
function ranges(from: number, to: number, outputs: number): [start: number, length: number][] {
  const longest = Math.max(1, Math.floor(tileEdge / outputs));
  const length = Math.ceil((to - from) / Math.ceil((to - from) / longest));
  const result: [number, number][] = [];
  for (let start = from; start < to; start += length) result.push([start, Math.min(length, to - start)]);
  return result;
}

/** Room for one tile at a time. */
export interface TileSpace {
  /**
   * Arrays of the vector memory with anything in them, until the next call: rows·C × columns·C sums and values, and
   * rows × columns weights for their C×C blocks.
   */
  of(tile: Tile): TileArrays;
  release(): void;
}

export interface TileArrays {
  readonly sums: Float64Array;
  readonly values: FloatArray;
  readonly weights: FloatArray;
}

/** Room for any of these tiles. */
export function tileSpace(tiles: readonly Tile[], { outputs, math, precision }: GramContext): TileSpace {
  const pairs = Math.max(...tiles.map(({ rows, columns }) => rows * columns));
  const sums = math.allocate("float64", pairs * outputs ** 2) as Float64Array;
  const values = math.allocate(precision, pairs * outputs ** 2);
  const weights = math.allocate(precision, pairs);
  return {
    of({ rows, columns }) {
      const count = rows * columns;
      const size = count * outputs ** 2;
      return {
        sums: sums.subarray(0, size),
        values: values.subarray(0, size),
        weights: weights.subarray(0, count),
      };
    },
    release() {
      for (const array of [sums, values, weights]) math.release(array);
    },
  };
}

/**
 * A tile of K ← beta·itself + its sums, on the diagonal of its lower triangle; K is that of `tilesOf` with the same `split`.
 */
export function addTile(
  { row, rows, column, columns }: Tile,
  sums: Float64Array,
  beta: 0 | 1,
  gram: Matrix<Float64Array>,
  outputs: number,
  split = 0,
): void {
  const { data } = gram;
  const width = columns * outputs;
  for (let i = 0; i < rows * outputs; i++) {
    const start = (row * outputs + i) * gram.columns + (column - split) * outputs;
    const wanted = row === column ? i + 1 : width;
    const own = sums.subarray(i * width, i * width + wanted);
    if (beta === 0) data.set(own, start);
    else for (let j = 0; j < wanted; j++) data[start + j] += own[j];
  }
}

/** Copies a tile of K's lower triangle, complete by now, onto its place above the diagonal. */
export function mirrorTile(
  { row, rows, column, columns }: Tile,
  gram: Matrix<Float64Array>,
  outputs: number,
): void {
  const [i, size] = [row * outputs, rows * outputs];
  if (row === column) mirrorLower(block(gram, i, i, size, size));
  else mirrorBlock(gram, i, i + size, column * outputs, (column + columns) * outputs);
}
