import type { FloatArray } from "../../linalg/matrix.ts";

/** The inputs of samples as floats, a block at a time, wherever they lie: what a network asks of its data. */
export interface InputBlocks {
  /** n */
  readonly count: number;
  /** Numbers of one input. */
  readonly width: number;
  readonly precision: "float32" | "float64";
  /** Bytes of memory that they take while nobody reads; 0 where they are read from a file every time. */
  readonly heldBytes: number;
  /** n × width, where they are held as floats. */
  readonly array?: FloatArray;
  /**
   * target ← the inputs of these samples, one after another: samples.length × width numbers, an array of `precision`.
   * Neither indices nor lengths are checked. Throws an InputError where a file cannot be read any more, a RangeError where
   * it is closed.
   */
  read(samples: Int32Array, target: FloatArray): void;
}

/** Inputs that are floats in memory, n × width; not copied. */
export function arrayInputs(array: FloatArray, width: number): InputBlocks {
  return {
    count: array.length / width,
    width,
    precision: array instanceof Float32Array ? "float32" : "float64",
    heldBytes: array.byteLength,
    array,
    read(samples, target) {
      for (let k = 0; k < samples.length; k++) copy(array, samples[k] * width, target, k * width, width);
    },
  };
}

/** Some of these inputs, in this order, repeats allowed; not copied. */
export function inputsAt(inputs: InputBlocks, samples: Int32Array): InputBlocks {
  const { width, precision, heldBytes } = inputs;
  return {
    count: samples.length,
    width,
    precision,
    heldBytes,
    read: (chosen, target) =>
      inputs.read(
        chosen.map((k) => samples[k]),
        target,
      ),
  };
}

/** All of them, n × width. */
export function wholeInputs({ count, width, precision, array, read }: InputBlocks): FloatArray {
  if (array) return array;
  const length = count * width;
  const whole = precision === "float32" ? new Float32Array(length) : new Float64Array(length);
  read(
    Int32Array.from({ length: count }, (_, i) => i),
    whole,
  );
  return whole;
}

/** A loop: for short inputs it beats making a view for `set`. */
function copy(from: FloatArray, start: number, to: FloatArray, at: number, length: number): void {
  if (length > 64) {
    to.set(from.subarray(start, start + length), at);
    return;
  }
  for (let k = 0; k < length; k++) to[at + k] = from[start + k];
}
