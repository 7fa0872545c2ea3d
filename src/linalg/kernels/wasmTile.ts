/**
 * The blocked product. C is cut into tiles small enough for wasm memory to stay bounded whatever the matrices'
 * size; a tile is summed over the depth by commands that copy one block of either factor each, then pack and
 * multiply it in steps.
 *
 * An entry of C is always summed in the same order and by the same steps, so neither the tiling nor the thread that
 * computes a tile changes its bits.
 */
import { block, type FloatArray, type Matrix } from "../matrix.ts";
import { byColumns, copyBlock, copyRun } from "./wasmBlock.ts";
import type { Call, Command, Input } from "./wasmCommand.ts";
import { type Product, wantedColumns } from "./wasmProduct.ts";

/** Depth of a step: one packed panel of each factor (8 KiB) fits in the first-level cache. */
const stepDepth = 256;
/** Depth that one command copies: long runs, and few messages to a worker. A multiple of the step's. */
const copiedDepth = 1024;
/** Rows and columns of the largest tile: 8 MiB of float64. */
export const largestTile = 1024;

const sides = { full: 0, lower: 1, upper: 2 } as const;

export interface Tile {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/** Cuts C into tiles of at most `size` × `size`, leaving out those wholly outside the wanted triangle. */
export function tilesOf(product: Product, size: number): Tile[] {
  const { rows, columns } = product.output;
  const tiles: Tile[] = [];
  for (let row = 0; row < rows; row += size) {
    for (let column = 0; column < columns; column += size) {
      if (product.triangle === "lower" && column >= row + size) continue;
      if (product.triangle === "upper" && row >= column + size) continue;
      tiles.push({
        row,
        column,
        rows: Math.min(size, rows - row),
        columns: Math.min(size, columns - column),
      });
    }
  }
  return tiles;
}

/** Addresses for a tile of the given size. */
function layOut(heapStart: number, tile: Tile, depth: number, elementBytes: number) {
  // Packed panels are filled up to at most 8 rows; the slack keeps every part 64-byte aligned as well.
  const factor = (width: number, depth: number) => Math.ceil(((width + 8) * depth * elementBytes) / 64) * 64;
  const left = heapStart;
  const right = left + factor(tile.rows, Math.min(depth, copiedDepth));
  const packedLeft = right + factor(tile.columns, Math.min(depth, copiedDepth));
  const packedRight = packedLeft + factor(tile.rows, Math.min(depth, stepDepth));
  const output = packedRight + factor(tile.columns, Math.min(depth, stepDepth));
  return {
    left,
    right,
    packedLeft,
    packedRight,
    output,
    end: output + tile.rows * tile.columns * elementBytes,
  };
}

/** The commands that compute one tile, to be run in order on one instance with nothing in between. */
export function* tileCommands(product: Product, tile: Tile, heapStart: number): Generator<Command> {
  const { alpha, beta, output } = product;
  const depth = alpha === 0 ? 0 : product.left.columns;
  const kind = output.data.BYTES_PER_ELEMENT === 4 ? Float32Array : Float64Array;
  const bits = kind === Float32Array ? 32 : 64;
  const at = layOut(heapStart, tile, depth, kind.BYTES_PER_ELEMENT);
  const count = tile.rows * tile.columns;
  const entries = { address: at.output, length: count, kind };

  for (let k = 0; k === 0 || k < depth; k += copiedDepth) {
    const inputs: Input[] = [];
    const calls: Call[] = [];
    if (k === 0 && beta === 0) calls.push(["clear", at.output, count * kind.BYTES_PER_ELEMENT]);
    if (k === 0 && beta !== 0) {
      inputs.push({ ...entries, write: (target: FloatArray) => loadTile(product, tile, target) });
      calls.push([`scale${bits}`, count, beta, at.output]);
    }
    const copied = Math.min(copiedDepth, depth - k);
    const a = block(product.left, tile.row, k, tile.rows, copied);
    const b = block(product.right, tile.column, k, tile.columns, copied);
    // A diagonal tile of A·Aᵀ has one factor twice.
    const same = product.left === product.right && tile.row === tile.column && tile.rows === tile.columns;
    inputs.push({
      address: at.left,
      length: tile.rows * copied,
      kind,
      write: (target: FloatArray) => copyBlock(a, target),
    });
    if (!same) {
      const write = (target: FloatArray) => copyBlock(b, target);
      inputs.push({ address: at.right, length: tile.columns * copied, kind, write });
    }
    const addresses = same ? { ...at, right: at.left } : at;
    for (let step = 0; step < copied; step += stepDepth) {
      calls.push(...stepCalls(product, tile, a, b, step, addresses, bits));
    }
    const read = (source: FloatArray) => storeTile(product, tile, source);
    yield { bytes: at.end, inputs, calls, outputs: k + copiedDepth < depth ? [] : [{ ...entries, read }] };
  }
}

/** Packs and multiplies the columns from `start` of the copied blocks `a` and `b`. */
function stepCalls(
  { alpha, triangle }: Product,
  tile: Tile,
  a: Matrix<FloatArray>,
  b: Matrix<FloatArray>,
  start: number,
  at: ReturnType<typeof layOut>,
  bits: 32 | 64,
): Call[] {
  const elementBytes = bits / 8;
  const depth = Math.min(stepDepth, a.columns - start);
  const [leftWidth, leftDepth] = strides(a, elementBytes);
  const [rightWidth, rightDepth] = strides(b, elementBytes);
  const left = at.left + start * leftDepth;
  const right = at.right + start * rightDepth;
  const { packedLeft, packedRight, output } = at;
  const stride = tile.columns * elementBytes;
  const side = sides[triangle];
  const diagonal = tile.row - tile.column;
  return [
    [`packLeft${bits}`, tile.rows, depth, left, leftWidth, leftDepth, packedLeft],
    [`packRight${bits}`, tile.columns, depth, right, rightWidth, rightDepth, packedRight],
    [
      `multiply${bits}`,
      tile.rows,
      tile.columns,
      depth,
      alpha,
      packedLeft,
      packedRight,
      output,
      stride,
      side,
      diagonal,
    ],
  ];
}

/** Byte strides, across the width and along the depth, of a block that `copyBlock` copied. */
function strides(a: Matrix<FloatArray>, elementBytes: number): [number, number] {
  return byColumns(a) ? [elementBytes, a.rows * elementBytes] : [a.columns * elementBytes, elementBytes];
}

/** The wanted entries of a tile of C; the others, which no one reads, are left as they are. */
function loadTile(product: Product, tile: Tile, target: FloatArray): void {
  const { data, offset, rowStride } = product.output;
  for (const [i, start, end] of tileRuns(product, tile)) {
    const first = offset + (tile.row + i) * rowStride + tile.column;
    copyRun(data, first + start, end - start, target, i * tile.columns + start);
  }
}

function storeTile(product: Product, tile: Tile, source: FloatArray): void {
  const { data, offset, rowStride } = product.output;
  for (const [i, start, end] of tileRuns(product, tile)) {
    const first = offset + (tile.row + i) * rowStride + tile.column;
    copyRun(source, i * tile.columns + start, end - start, data, first + start);
  }
}

/** Row i of the tile and its wanted columns [start, end), both counted from the tile's corner. */
function* tileRuns(product: Product, tile: Tile): Generator<[i: number, start: number, end: number]> {
  for (let i = 0; i < tile.rows; i++) {
    const [first, last] = wantedColumns(product, tile.row + i);
    const start = Math.max(0, first - tile.column);
    const end = Math.min(tile.columns, last - tile.column);
    if (start < end) yield [i, start, end];
  }
}
