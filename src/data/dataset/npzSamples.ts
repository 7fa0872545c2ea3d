import { InputError } from "../../inputError.ts";
import type { ArraySource } from "../arraySource.ts";
import { readAll } from "../arraySource.ts";
import type { ByteSource } from "../byteSource.ts";
import { openNpz } from "../npz.ts";
import { fileRows, memoryRows, type RowSource, storedType } from "../rowSource.ts";
import type { OpenSamples } from "./stored.ts";
import type { Labels, Targets } from "./targets.ts";

/**
 * The arrays x (n, …) and y (n) or (n, C) of an npz archive, in any element type. An x (n) is n×1. Where y (n) is of an
 * integer type with values from 0 to 65535, it gives labels besides targets.
 * y is read; x where it lies, when asked for: compressed, it is inflated first, to a temporary file where it has more than `hold` bytes; in
 * Fortran order, or in a page, it is read whole. Takes over `bytes`. Throws an InputError where an array is missing or the shapes do not fit.
 */
export async function openNpzSamples(bytes: ByteSource, hold = Infinity): Promise<OpenSamples> {
  const archive = await openNpz(bytes, { memoryLimit: Math.min(hold, largestInflated) });
  try {
    const [x, y] = [await archive.array("x"), await archive.array("y")];
    requireShapes(bytes.name, x.shape, y.shape);
    const targets = { values: await readAll(y), outputs: y.shape[1] ?? 1 };
    requireFinite(y.name, targets);
    const labels =
      y.shape.length === 1 && integerTypes.test(y.dtype) ? classIndices(targets.values) : undefined;
    return {
      name: bytes.name,
      count: x.shape[0],
      inputShape: x.shape.length === 1 ? [1] : x.shape.slice(1),
      rows: x.rows ? fileRows(x.rows) : await wholeRows(x),
      divisor: 1,
      targets,
      ...(labels && { labels }),
      close: archive.close,
    };
  } catch (error) {
    await archive.close();
    throw error;
  }
}

const largestInflated = 256 * 2 ** 20;
const integerTypes = /^u?int|^bool$/;

function requireShapes(name: string, x: readonly number[], y: readonly number[]): void {
  if (x.length === 0 || x.includes(0)) {
    throw new InputError(
      `${name}: expected x of shape (n, …) with at least one sample and one feature, got (${x.join(", ")})`,
    );
  }
  if (y.length < 1 || y.length > 2 || y[0] !== x[0] || y[1] === 0) {
    throw new InputError(
      `${name}: expected y of shape (${x[0]}) or (${x[0]}, C), one row for each of x, got (${y.join(", ")})`,
    );
  }
}

async function wholeRows(x: ArraySource): Promise<RowSource> {
  const [count, ...inner] = x.shape;
  const width = inner.reduce((product, size) => product * size, 1);
  if (storedType(x.dtype) === "float64") return memoryRows(await readAll(x), width);
  const start = x.shape.map(() => 0);
  return memoryRows(await x.read(start, x.shape, new Float32Array(count * width)), width);
}

function requireFinite(name: string, { values, outputs }: Targets): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new InputError(
      `${name}: expected finite numbers, got ${values[bad]} in sample ${Math.floor(bad / outputs)}; drop or repair that sample`,
    );
  }
}

function classIndices(values: Float64Array): Labels | undefined {
  let largest = 0;
  for (const value of values) {
    if (value < 0 || value > 65535) return undefined;
    largest = Math.max(largest, value);
  }
  return { indices: Int32Array.from(values), classes: largest + 1 };
}
