import { type ArraySource, readAll } from "../data/arraySource.ts";
import { InputError } from "../inputError.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import { block, type Matrix, matrix, mirrorLower, rowMajor, transpose } from "../linalg/matrix.ts";
import { requireGramSize } from "./gramSize.ts";
import type { SampledGramLinearization } from "./linearization.ts";
import { requireSafeMagnitude } from "./safeMagnitude.ts";

/** Working memory for one tile of J, in bytes; at most two are held. */
const tileBytes = 32 * 2 ** 20;

export interface JacobianFileOptions {
  /** Shape (n, p) or (n, C, p). */
  readonly jacobian: ArraySource;
  /** Shape (n) or (n, C). */
  readonly residuals: ArraySource;
  readonly kernels: Kernels;
  /** Arithmetic of the Gram matrix within a tile; tiles are always added in float64. Default f64. */
  readonly precision?: "f32" | "f64";
  /** Called after each tile with the fraction of J read so far in this sweep. */
  readonly onProgress?: (fraction: number) => void;
}

export interface JacobianFile extends SampledGramLinearization {
  /** One sweep over consecutive samples: their Jacobian rows ((samples·C) × p) and residuals. */
  blocks(): AsyncGenerator<{ readonly jacobian: Matrix<Float64Array>; readonly residuals: Float64Array }>;
}

/**
 * A linearization whose Jacobian lies in a file, read in tiles: memory does not grow with p. Each of `gram`, `jvp`, `vjp`
 * and `blocks` is one sweep; `gramOf` and `gramBetween` read the rows of their samples alone, which a file in Fortran order scatters,
 * in float64 whatever `precision` says. Throws an InputError on shapes that do not fit, no samples, NaN or infinite entries, or
 * entries so large or small that their squares leave float64.
 */
export async function jacobianFile(options: JacobianFileOptions): Promise<JacobianFile> {
  const { jacobian, kernels, onProgress } = options;
  const { samples, outputs, parameters } = agreeingShape(jacobian, options.residuals);
  const residuals = await readAll(options.residuals);
  requireFinite(residuals, options.residuals);
  requireSafeMagnitude(largestMagnitude(residuals, options.residuals), options.residuals.name, "residuals");
  const size = samples * outputs;
  const width = Math.max(1, Math.min(parameters, Math.floor(tileBytes / 8 / size)));
  const height = Math.max(1, Math.min(samples, Math.floor(tileBytes / 8 / (outputs * parameters))));
  let magnitude = 0;

  /** Samples [first, first+count) and parameters [from, to) as a (count·C) × (to−from) matrix. */
  async function tile<T extends Float32Array | Float64Array>(
    first: number,
    count: number,
    from: number,
    to: number,
    data: T,
  ): Promise<Matrix<T>> {
    const inner = jacobian.shape.length === 3;
    await jacobian.read(
      inner ? [first, 0, from] : [first, from],
      inner ? [count, outputs, to - from] : [count, to - from],
      data,
    );
    magnitude = Math.max(magnitude, largestMagnitude(data, jacobian));
    return rowMajor(count * outputs, to - from, data);
  }

  /**
   * All samples, a range of columns at a time, and where it ends; the next tile is read while one is in use, into the memory of
   * the one before.
   */
  async function* columnTiles(kind: Float32ArrayConstructor | Float64ArrayConstructor) {
    const space = () => new kind(size * width);
    let free: Float32Array | Float64Array = space();
    let used: Float32Array | Float64Array = width < parameters ? space() : free;
    const read = (from: number) => {
      const to = Math.min(from + width, parameters);
      const reading = tile(0, samples, from, to, free.subarray(0, size * (to - from)));
      [free, used] = [used, free];
      // whoever awaits it sees the error; a sweep that ended before does not
      reading.catch(() => {});
      return { reading, to };
    };
    let next = read(0);
    while (true) {
      const { reading, to } = next;
      const part = await reading;
      if (to < parameters) next = read(to);
      yield [part, to] as const;
      if (to === parameters) return;
    }
  }

  async function gram(): Promise<Matrix<Float64Array>> {
    requireGramSize(size, jacobian.name);
    magnitude = 0;
    const result = matrix(size, size);
    const single =
      options.precision === "f32" ? rowMajor(size, size, new Float32Array(size * size)) : undefined;
    for await (const [part, to] of columnTiles(single ? Float32Array : Float64Array)) {
      if (single) {
        await kernels.background.syrk(1, part as Matrix<Float32Array>, 0, single);
        for (let i = 0; i < result.data.length; i++) result.data[i] += single.data[i];
      } else {
        await kernels.background.syrk(1, part as Matrix<Float64Array>, 1, result);
      }
      onProgress?.(to / parameters);
    }
    mirrorLower(result);
    requireSafeMagnitude(magnitude, jacobian.name, "Jacobian");
    return result;
  }

  /** Rows of J of these samples, a range of columns at a time. */
  async function* rowsOf(chosen: Int32Array) {
    const rows = chosen.length * outputs;
    const step = Math.max(1, Math.min(parameters, Math.floor(tileBytes / 8 / rows)));
    magnitude = 0;
    for (let from = 0; from < parameters; from += step) {
      const columns = Math.min(step, parameters - from);
      const part = matrix(rows, columns);
      for (let k = 0; k < chosen.length; k++) {
        const own = part.data.subarray(k * outputs * columns, (k + 1) * outputs * columns);
        await tile(chosen[k], 1, from, from + columns, own);
      }
      yield part;
    }
    // the largest entry may lie in other samples
    requireSafeMagnitude(magnitude, jacobian.name, "Jacobian", true);
  }

  async function gramOf(chosen: Int32Array): Promise<Matrix<Float64Array>> {
    const rows = chosen.length * outputs;
    const result = matrix(rows, rows);
    for await (const part of rowsOf(chosen)) kernels.syrk(1, part, 1, result);
    mirrorLower(result);
    return result;
  }

  async function gramBetween(rows: Int32Array, columns: Int32Array): Promise<Matrix<Float64Array>> {
    const both = new Int32Array(rows.length + columns.length);
    both.set(rows);
    both.set(columns, rows.length);
    const [height, width] = [rows.length * outputs, columns.length * outputs];
    const result = matrix(height, width);
    for await (const part of rowsOf(both)) {
      const upper = block(part, 0, 0, height, part.columns);
      const lower = block(part, height, 0, width, part.columns);
      kernels.gemm(1, upper, transpose(lower), 1, result);
    }
    return result;
  }

  async function* blocks() {
    magnitude = 0;
    for (let first = 0; first < samples; first += height) {
      const count = Math.min(height, samples - first);
      const part = await tile(first, count, 0, parameters, new Float64Array(count * outputs * parameters));
      requireSafeMagnitude(magnitude, jacobian.name, "Jacobian", first + count < samples);
      yield { jacobian: part, residuals: residuals.subarray(first * outputs, (first + count) * outputs) };
      onProgress?.((first + count) / samples);
    }
  }

  async function jvp(direction: Float64Array): Promise<Float64Array> {
    requireLength(direction, parameters, "direction");
    const image = new Float64Array(size);
    let first = 0;
    for await (const part of blocks()) {
      kernels.gemv(1, part.jacobian, direction, 0, image.subarray(first, first + part.residuals.length));
      first += part.residuals.length;
    }
    return image;
  }

  async function vjp(weights: Float64Array): Promise<Float64Array> {
    requireLength(weights, size, "weights");
    const sum = new Float64Array(parameters);
    let first = 0;
    for await (const part of blocks()) {
      const own = weights.subarray(first, first + part.residuals.length);
      kernels.gemv(
        1,
        { ...part.jacobian, rows: parameters, columns: own.length, rowStride: 1, columnStride: parameters },
        own,
        1,
        sum,
      );
      first += own.length;
    }
    return sum;
  }

  return { samples, outputs, parameters, residuals, gram, gramOf, gramBetween, blocks, jvp, vjp };
}

function agreeingShape(jacobian: ArraySource, residuals: ArraySource) {
  const [samples, ...rest] = jacobian.shape;
  const parameters = rest.at(-1);
  if (parameters === undefined || rest.length > 2) {
    throw new InputError(
      `${jacobian.name}: expected shape (samples, parameters) or (samples, outputs, parameters), got (${jacobian.shape.join(", ")}); reshape it`,
    );
  }
  const outputs = rest.length === 2 ? rest[0] : 1;
  if (samples === 0 || outputs === 0 || parameters === 0) {
    throw new InputError(
      `${jacobian.name}: expected at least one sample, output and parameter, got shape (${jacobian.shape.join(", ")})`,
    );
  }
  const [count, width = 1, ...more] = residuals.shape;
  if (count !== samples || width !== outputs || more.length > 0) {
    const expected = outputs === 1 ? `(${samples}) or (${samples}, 1)` : `(${samples}, ${outputs})`;
    throw new InputError(
      `${residuals.name}: expected shape ${expected} to go with the Jacobian's (${jacobian.shape.join(", ")}), got (${residuals.shape.join(", ")}); save residuals f(x) − y of the same samples`,
    );
  }
  return { samples, outputs, parameters };
}

function requireFinite(values: Float32Array | Float64Array, source: ArraySource): void {
  const position = values.findIndex((value) => !Number.isFinite(value));
  if (position >= 0) {
    throw new InputError(
      `${source.name}: expected finite numbers, got ${values[position]}; remove the samples concerned or find out where it comes from`,
    );
  }
}

function largestMagnitude(values: Float32Array | Float64Array, source: ArraySource): number {
  const grouped = values.length - (values.length % 4);
  // four at a time, so that none waits for the last; Math.max hands NaN on
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < grouped; i += 4) {
    a = Math.max(a, Math.abs(values[i]));
    b = Math.max(b, Math.abs(values[i + 1]));
    c = Math.max(c, Math.abs(values[i + 2]));
    d = Math.max(d, Math.abs(values[i + 3]));
  }
  for (let i = grouped; i < values.length; i++) a = Math.max(a, Math.abs(values[i]));
  const largest = Math.max(a, b, c, d);
  if (!Number.isFinite(largest)) requireFinite(values, source);
  return largest;
}

function requireLength(vector: Float64Array, length: number, name: string): void {
  if (vector.length !== length)
    throw new RangeError(`${name}: expected length ${length}, got ${vector.length}`);
}
