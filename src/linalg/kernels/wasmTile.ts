/**
 * The blocked product. C is cut into tiles small enough for wasm memory to stay bounded whatever the matrices'
 * size; a tile is summed over the depth in steps, each a command that packs and multiplies one block of either factor.
 *
 * An entry of C is always summed in the same order and by the same steps, so neither the tiling nor the thread that
 * computes a tile changes its bits.
 */
import { block, type FloatArray, type Matrix } from "../matrix.ts";
import { byColumns, copyBlock, copyRun } from "./wasmBlock.ts";
import type { Command, Input, Output } from "./wasmCommand.ts";
import type { WasmFunctions } from "./wasmModule.ts";
import { type Product, wantedColumns } from "./wasmProduct.ts";

/** Depth of a step: one packed panel of each factor (8 KiB) fits in the first-level cache. */
const stepDepth = 256;
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
  const factor = (width: number) => Math.ceil(((width + 8) * depth * elementBytes) / 64) * 64;
  const left = heapStart;
  const right = left + factor(tile.rows);
  const packedLeft = right + factor(tile.columns);
  const packedRight = packedLeft + factor(tile.rows);
  const output = packedRight + factor(tile.columns);
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
  const { alpha, beta, output, triangle } = product;
  const depth = alpha === 0 ? 0 : product.left.columns;
  const single = output.data.BYTES_PER_ELEMENT === 4;
  const kind = single ? Float32Array : Float64Array;
  const elementBytes = kind.BYTES_PER_ELEMENT;
  const at = layOut(heapStart, tile, Math.min(depth, stepDepth), elementBytes);
  const count = tile.rows * tile.columns;
  const span = { address: at.output, length: count, kind };
  const left = block(product.left, tile.row, 0, tile.rows, product.left.columns);
  const right = block(product.right, tile.column, 0, tile.columns, product.right.columns);

  for (let k = 0; k === 0 || k < depth; k += stepDepth) {
    const step = Math.min(stepDepth, depth - k);
    const inputs: Input[] = [];
    const calls: (readonly [keyof WasmFunctions, ...number[]])[] = [];
    if (k === 0 && beta === 0) calls.push(["clear", at.output, count * elementBytes]);
    if (k === 0 && beta !== 0) {
      inputs.push({ ...span, write: (target) => loadTile(product, tile, target) });
      calls.push([single ? "scale32" : "scale64", count, beta, at.output]);
    }
    if (step > 0) {
      const a = block(left, 0, k, tile.rows, step);
      const b = block(right, 0, k, tile.columns, step);
      inputs.push(
        { address: at.left, length: tile.rows * step, kind, write: (target) => copyBlock(a, target) },
        { address: at.right, length: tile.columns * step, kind, write: (target) => copyBlock(b, target) },
      );
      calls.push(
        [
          single ? "packLeft32" : "packLeft64",
          tile.rows,
          step,
          at.left,
          ...strides(a, elementBytes),
          at.packedLeft,
        ],
        [
          single ? "packRight32" : "packRight64",
          tile.columns,
          step,
          at.right,
          ...strides(b, elementBytes),
          at.packedRight,
        ],
        [
          single ? "multiply32" : "multiply64",
          tile.rows,
          tile.columns,
          step,
          alpha,
          at.packedLeft,
          at.packedRight,
          at.output,
          tile.columns * elementBytes,
          sides[triangle],
          tile.row - tile.column,
        ],
      );
    }
    const outputs: Output[] =
      k + stepDepth < depth ? [] : [{ ...span, read: (source) => storeTile(product, tile, source) }];
    yield { bytes: at.end, inputs, calls, outputs };
  }
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
