import { InputError } from "../../inputError.ts";
import type { FloatArray } from "../../linalg/matrix.ts";
import { memoryRows, type RowSource, rowBlocks, storedNumbers } from "../rowSource.ts";
import { type DecodeInputs, inputDecoder } from "./decodeInputs.ts";
import { arrayInputs, type InputBlocks } from "./inputBlocks.ts";
import type { Standardisation } from "./standardise.ts";
import { notFinite, type StoredSamples } from "./stored.ts";

/**
 * The samples at `indices` as inputs, standardised where asked for, computed in float64 and rounded once. In memory where they
 * take at most `hold` bytes: bytes as bytes, other numbers as floats; else read from the stored rows every time, with the same numbers.
 * Throws an InputError where a number is not finite in the precision asked for, or where the statistics are of inputs
 * of another shape.
 */
export function selectInputs(
  stored: StoredSamples,
  indices: Int32Array,
  precision: "float32" | "float64",
  standardisation?: Standardisation,
  hold = Infinity,
): InputBlocks {
  if (standardisation !== undefined) requireShape(stored, standardisation);
  const { rows } = stored;
  const decode = inputDecoder(stored, precision, standardisation);
  const size = indices.length * rows.width;
  if (rows.type === "uint8") {
    if (size > hold) return decoded(rows, indices, precision, decode, 0);
    const held = new Uint8Array(size);
    rows.read(indices, held);
    const all = Int32Array.from({ length: indices.length }, (_, k) => k);
    return decoded(memoryRows(held, rows.width), all, precision, decode, size);
  }
  const isHeld = size * (precision === "float32" ? 4 : 8) <= hold;
  const inputs = floats(precision, isHeld ? size : 0);
  let start = 0;
  for (const { values, floats } of finiteBlocks(stored, indices, precision, decode)) {
    if (isHeld) inputs.set(floats, start);
    start += values.length;
  }
  return isHeld ? arrayInputs(inputs, rows.width) : decoded(rows, indices, precision, decode, 0);
}

/** Rows that become inputs where they are read. */
function decoded(
  rows: RowSource,
  indices: Int32Array,
  precision: "float32" | "float64",
  decode: DecodeInputs,
  heldBytes: number,
): InputBlocks {
  const { width, type } = rows;
  let buffer = storedNumbers(type, 0);
  return {
    count: indices.length,
    width,
    precision,
    heldBytes,
    read(samples, target) {
      const atOnce = Math.max(1, Math.floor(numbersAtOnce / width));
      for (let start = 0; start < samples.length; start += atOnce) {
        const block = samples.subarray(start, start + atOnce).map((k) => indices[k]);
        const size = block.length * width;
        if (buffer.length < size) buffer = storedNumbers(type, size);
        const values = buffer.subarray(0, size);
        rows.read(block, values);
        decode(values, target.subarray(start * width, start * width + size));
      }
    },
  };
}

/** Few enough to stay in a processor's cache. */
const numbersAtOnce = 2 ** 17;

function* finiteBlocks(
  { name, rows }: StoredSamples,
  indices: Int32Array,
  precision: "float32" | "float64",
  decode: DecodeInputs,
) {
  let buffer = floats(precision, 0);
  for (const { rows: samples, values } of rowBlocks(rows, indices)) {
    if (buffer.length < values.length) buffer = floats(precision, values.length);
    const decoded = buffer.subarray(0, values.length);
    decode(values, decoded);
    for (let k = 0; k < decoded.length; k++) {
      if (!Number.isFinite(decoded[k])) {
        throw notFinite(name, samples[Math.floor(k / rows.width)], values[k], precision);
      }
    }
    yield { values, floats: decoded };
  }
}

function floats(precision: "float32" | "float64", length: number): FloatArray {
  return precision === "float32" ? new Float32Array(length) : new Float64Array(length);
}

function requireShape({ name, inputShape }: StoredSamples, standardisation: Standardisation): void {
  const expected = standardisation.inputShape.join("×");
  if (inputShape.join("×") !== expected) {
    throw new InputError(
      `${name}: expected inputs of ${expected}, as in the training data that they are standardised by, got ${inputShape.join("×")}`,
    );
  }
}
