/**
 * Products whose output is one column or one row: matrix times vector. Bound by memory, so the matrix passes through
 * a small part of wasm memory that stays in the cache between the copy and its one use.
 */
import { block, type FloatArray, type Matrix, transpose } from "../matrix.ts";
import { byColumns, copyBlock } from "./wasmBlock.ts";
import type { Command, Input } from "./wasmCommand.ts";
import { combine } from "./wasmDirect.ts";
import type { WasmFunctions } from "./wasmModule.ts";
import type { Product } from "./wasmProduct.ts";

/** Bytes of a block: half of a common second-level cache. */
const blockBytes = 2 ** 18;
/** Longest run of a block, in elements. */
const longestRun = 2 ** 14;

export function isVector({ output }: Product): boolean {
  return output.rows === 1 || output.columns === 1;
}

/** y ← alpha·A·x + beta·y as commands to be run in order on one instance with nothing in between. */
export function* vectorCommands(product: Product, heapStart: number): Generator<Command> {
  const { alpha, beta, output } = product;
  const column = output.columns === 1;
  const [a, x, y] = column
    ? [product.left, product.right, output]
    : [product.right, product.left, transpose(output)];
  const single = output.data.BYTES_PER_ELEMENT === 4;
  const kind = single ? Float32Array : Float64Array;
  const size = kind.BYTES_PER_ELEMENT;
  const name = `${byColumns(a) ? "columns" : "rows"}TimesVector${single ? 32 : 64}` as keyof WasmFunctions;
  const [bandRows, segmentColumns] = blockShape(a, size);
  const at = { a: heapStart, x: heapStart + blockBytes, y: heapStart + blockBytes + longestRun * size };
  const bytes = at.y + longestRun * size;
  const depth = alpha === 0 ? 0 : a.columns;

  for (let i = 0; i < a.rows; i += bandRows) {
    const rows = Math.min(bandRows, a.rows - i);
    for (let j = 0; j === 0 || j < depth; j += segmentColumns) {
      const columns = Math.min(segmentColumns, depth - j);
      const part = block(a, i, j, rows, columns);
      const factor = block(x, 0, j, 1, columns);
      const inputs: Input[] = [
        {
          address: at.a,
          length: rows * columns,
          kind,
          write: (target: FloatArray) => copyBlock(part, target),
        },
        { address: at.x, length: columns, kind, write: (target: FloatArray) => copyBlock(factor, target) },
      ];
      yield {
        bytes,
        inputs,
        calls: [
          ...(j === 0 ? [["clear", at.y, rows * size] as const] : []),
          [name, rows, columns, at.a, at.x, at.y],
        ],
        outputs:
          j + segmentColumns < depth
            ? []
            : [
                {
                  address: at.y,
                  length: rows,
                  kind,
                  read: (sums: FloatArray) => update(alpha, sums, beta, block(y, i, 0, rows, 1)),
                },
              ],
      };
    }
  }
}

/** Rows and columns of the blocks: runs as long as allowed, and as many of them as fit. */
function blockShape(a: Matrix<FloatArray>, elementBytes: number): [rows: number, columns: number] {
  const columnwise = byColumns(a);
  const run = Math.max(1, Math.min(longestRun, columnwise ? a.rows : a.columns));
  const runs = Math.min(longestRun, Math.floor(blockBytes / elementBytes / run));
  return columnwise ? [run, runs] : [runs, run];
}

/** y ← alpha·sums + beta·y. */
function update(alpha: number, sums: FloatArray, beta: number, y: Matrix<FloatArray>): void {
  for (let i = 0; i < y.rows; i++) {
    const position = y.offset + i * y.rowStride;
    y.data[position] = combine(alpha, sums[i], beta, y.data, position);
  }
}
