import { InputError } from "../../inputError.ts";
import type { FloatArray } from "../../linalg/matrix.ts";
import type { SampleRange } from "../../sampleRange.ts";
import type { ArraySource } from "../arraySource.ts";
import { readAll } from "../arraySource.ts";
import type { ByteSource } from "../byteSource.ts";
import { openNpz } from "../npz.ts";
import type { StoredSamples } from "./stored.ts";
import type { Labels, Targets } from "./targets.ts";

/**
 * The arrays x (n, …) and y (n) or (n, C) of an npz archive, in any element type. An x (n) is n×1. Where y (n) is of an
 * integer type with values from 0 to 65535, it gives labels besides targets.
 * Of x only the samples that `chosen` returns are read, all without it. Takes over `bytes`. Throws an InputError where an array is
 * missing or the shapes do not fit, and what `chosen` throws.
 */
export async function readNpzSamples(
  bytes: ByteSource,
  chosen?: (stored: Omit<StoredSamples, "values">) => Int32Array,
): Promise<StoredSamples> {
  const archive = await openNpz(bytes);
  try {
    const [x, y] = [await archive.array("x"), await archive.array("y")];
    requireShapes(bytes.name, x.shape, y.shape);
    const targets = { values: await readAll(y), outputs: y.shape[1] ?? 1 };
    requireFinite(y.name, targets);
    const labels =
      y.shape.length === 1 && integerTypes.test(y.dtype) ? classIndices(targets.values) : undefined;
    const stored = {
      name: bytes.name,
      count: x.shape[0],
      inputShape: x.shape.length === 1 ? [1] : x.shape.slice(1),
      divisor: 1,
      targets,
      ...(labels && { labels }),
    };
    const read = chosen && samplesToRead(chosen(stored), stored.count);
    return { ...stored, values: await readInputs(x, read), ...(read && { read }) };
  } finally {
    await archive.close();
  }
}

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

/** Ascending, each once; undefined for all, which scattered ones are read with when they are many. */
function samplesToRead(wanted: Int32Array, count: number): Int32Array | undefined {
  const samples = Int32Array.from(new Set(wanted)).sort();
  const scattered = samples[samples.length - 1] - samples[0] >= samples.length;
  return samples.length === count || (scattered && samples.length > count / 8) ? undefined : samples;
}

/** float64 only where float32 would round. */
async function readInputs(x: ArraySource, samples: Int32Array | undefined): Promise<FloatArray> {
  const exact = /^(float16|bfloat16|float32|u?int8|u?int16|bool)$/.test(x.dtype);
  if (!samples && !exact) return readAll(x);
  const [count, ...inner] = x.shape;
  const width = inner.reduce((product, size) => product * size, 1);
  const length = (samples?.length ?? count) * width;
  const values = exact ? new Float32Array(length) : new Float64Array(length);
  const rest = inner.map(() => 0);
  let place = 0;
  for (const { start, count: run } of samples ? runs(samples) : [{ start: 0, count }]) {
    await x.read([start, ...rest], [run, ...inner], values.subarray(place * width, (place + run) * width));
    place += run;
  }
  return values;
}

/** Consecutive numbers together. */
function runs(ascending: Int32Array): SampleRange[] {
  const found: { start: number; count: number }[] = [];
  for (const sample of ascending) {
    const last = found[found.length - 1];
    if (last && last.start + last.count === sample) last.count++;
    else found.push({ start: sample, count: 1 });
  }
  return found;
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
