/**
 * An array in a file, of any rank, read piece by piece: what measuring on a Jacobian larger than memory stands on.
 * Values are passed on as they are, NaN and infinities included: whoever measures rejects them.
 */
import { InputError } from "../inputError.ts";
import type { ElementType } from "./floatElements.ts";
import type { RowLayout } from "./rowSource.ts";
import { listed, shownName } from "./shownNames.ts";

/** An array in a file, read in parts. */
export interface ArraySource {
  /** "J.npy" or "dump.npz:jacobian": for error messages. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Element type on disk. */
  readonly dtype: ElementType;
  /** Which axis varies fastest on disk decides what is cheap to read: the last ("C") or the first ("F"). */
  readonly order: "C" | "F";
  /**
   * The hyperslab that starts at `start` with `count` elements along each axis, as row-major numbers in `target`,
   * which has exactly the product of `count` elements (rounded to float32 where that is what `target` holds).
   * Reads only what is asked for, through buffers of a few MiB whatever the slab. Reads may run side by side.
   * Throws a RangeError where the slab does not fit the array or the target, an InputError where the file cannot
   * be read or a 64-bit integer has no exact float64.
   */
  read<T extends Float32Array | Float64Array>(
    start: readonly number[],
    count: readonly number[],
    target: T,
  ): Promise<T>;
  /** Where its rows along the first axis lie, if each is one piece of the file that can be read at once. */
  readonly rows?: RowLayout;
  /**
   * Closes the file, or of an array in a collection that array alone. Reads throw a RangeError from then on, and so may
   * a long one that is under way. Closing twice is harmless.
   */
  close(): Promise<void>;
}

/** Named arrays in one file. */
export interface ArrayCollection {
  /** The file as the user gave it: for error messages. */
  readonly name: string;
  /** In the order of the file. */
  readonly names: readonly string[];
  /** Throws an InputError where there is no array of that name, or its content cannot be read as numbers. */
  array(name: string): Promise<ArraySource>;
  /** Closes the file, and with it every array opened from it. */
  close(): Promise<void>;
}

/** The whole array, row-major, ∏ shape long. Throws an InputError where it does not fit in memory, and what `read` throws. */
export async function readAll(source: ArraySource): Promise<Float64Array> {
  const { name, shape } = source;
  const start = shape.map(() => 0);
  return source.read(start, shape, float64s(name, shape));
}

function float64s(name: string, shape: readonly number[]): Float64Array {
  const size = shape.reduce((product, length) => product * length, 1);
  try {
    return new Float64Array(size);
  } catch {
    throw new InputError(
      `${name}: expected an array that fits in memory, got ${size} elements of shape (${shape.join(", ")}); give a smaller one`,
    );
  }
}

/** For a name that `file` does not hold: one line that lists what is there instead. */
export function missingArray(file: string, name: string, names: readonly string[]): InputError {
  return new InputError(
    `${file}: no array '${shownName(name)}'; it holds ${listed(names.map(shownName)) || "no array"}`,
  );
}
