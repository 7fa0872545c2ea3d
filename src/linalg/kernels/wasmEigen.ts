/** The symmetric eigenproblem as a command: Householder, divide and conquer, and back (assembly/symmetricEigen.ts). */
import { type FloatArray, matrix, type SymmetricMatrix, transpose } from "../matrix.ts";
import type { SymmetricEigen } from "./kernels.ts";
import { checkView, shape } from "./view.ts";
import type { Command } from "./wasmCommand.ts";
import type { WasmFunctions } from "./wasmModule.ts";

/** A command, and what its outputs mean once it has run. */
export interface EigenProblem<R> {
  readonly command: Command;
  /** Throws an Error when the iteration did not converge. */
  result(): R;
}

/** Throws a RangeError when `a` is not square or its lower triangle holds NaN or Inf. */
export function eigenProblem(a: SymmetricMatrix, module: WasmFunctions): EigenProblem<SymmetricEigen> {
  const n = a.rows;
  const scaling = checkedScaling("symmetricEigen", a);
  const kind = Float64Array;
  const address = module.heapStart();
  const valuesAddress = address + 8 * n * n;
  const vectorsAddress = valuesAddress + 8 * n;
  const workspace = vectorsAddress + 8 * n * n;
  const values = new Float64Array(n);
  const rows = new Float64Array(n * n);
  const command: Command = {
    bytes: workspace + module.symmetricEigenWorkspace(n),
    inputs: [{ kind, address, length: n * n, write: (target: FloatArray) => copyLower(a, scaling, target) }],
    calls: [
      ["clear", vectorsAddress, 8 * n * n],
      ["symmetricEigen", n, address, valuesAddress, vectorsAddress, workspace],
    ],
    outputs: [
      { kind, address: valuesAddress, length: n, read: (source) => values.set(source) },
      { kind, address: vectorsAddress, length: n * n, read: (source) => rows.set(source) },
    ],
  };
  return {
    command,
    result: () => ({ values: unscaled(values, scaling), vectors: transpose(matrix(n, n, rows)) }),
  };
}

/** As `eigenProblem`, without vectors: O(n³) work in the reduction to tridiagonal form alone. */
export function eigenvalueProblem(a: SymmetricMatrix, module: WasmFunctions): EigenProblem<Float64Array> {
  const n = a.rows;
  const scaling = checkedScaling("symmetricEigenvalues", a);
  const kind = Float64Array;
  const address = module.heapStart();
  const valuesAddress = address + 8 * n * n;
  const workspace = valuesAddress + 8 * n;
  const values = new Float64Array(n);
  const command: Command = {
    bytes: workspace + module.symmetricEigenvaluesWorkspace(n),
    inputs: [{ kind, address, length: n * n, write: (target: FloatArray) => copyLower(a, scaling, target) }],
    calls: [["symmetricEigenvalues", n, address, valuesAddress, workspace]],
    outputs: [{ kind, address: valuesAddress, length: n, read: (source) => values.set(source) }],
  };
  return { command, result: () => unscaled(values, scaling) };
}

/**
 * The power of two that brings the largest entry of the lower triangle into [½, 1), so that nothing overflows or
 * underflows in squares; 1 for a zero matrix. Scaling by it is exact.
 */
function checkedScaling(routine: string, a: SymmetricMatrix): number {
  if (a.rows !== a.columns) throw new RangeError(`${routine}: expected a square matrix, got ${shape(a)}`);
  checkView(routine, a);
  let largest = 0;
  for (let i = 0; i < a.rows; i++) {
    let position = a.offset + i * a.rowStride;
    for (let j = 0; j <= i; j++) {
      const size = Math.abs(a.data[position]);
      // Written so that NaN fails as well.
      if (!(size <= Number.MAX_VALUE)) {
        throw new RangeError(`${routine}: expected finite entries, got ${a.data[position]} at (${i},${j})`);
      }
      if (size > largest) largest = size;
      position += a.columnStride;
    }
  }
  if (largest === 0) return 1;
  // Kept within ±1000, so that its inverse is finite and normal too.
  const exponent = Math.floor(Math.log2(largest)) + 1;
  return 2 ** -Math.max(-1000, Math.min(1000, exponent));
}

/** The scaled lower triangle by rows; the rest of `target` is not touched. */
function copyLower(a: SymmetricMatrix, scaling: number, target: FloatArray): void {
  for (let i = 0; i < a.rows; i++) {
    let position = a.offset + i * a.rowStride;
    const start = i * a.rows;
    for (let j = 0; j <= i; j++) {
      target[start + j] = scaling * a.data[position];
      position += a.columnStride;
    }
  }
}

function unscaled(values: Float64Array, scaling: number): Float64Array {
  if (Number.isNaN(values[0]))
    throw new Error("symmetric eigenvalues: the implicit QL iteration did not converge");
  return values.map((value) => value / scaling);
}
