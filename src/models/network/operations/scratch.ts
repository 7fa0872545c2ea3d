import type { FloatArray } from "../../../linalg/matrix.ts";
import type { VectorMath } from "../../../linalg/vectorMath.ts";
import type { BindContext } from "../operation.ts";

/** Working memory by use and precision, for each `VectorMath`: rules run one at a time, so that all of a network share it. */
const memory = new WeakMap<VectorMath, Map<string, FloatArray>>();

/** An array of `length` with anything in it; what is written there lasts until the next call for the same use. */
export function scratch(
  use: "patches" | "filters" | "mirrored filters" | "sheet" | "sheet of results",
  length: number,
  { math, precision }: BindContext,
): FloatArray {
  let arrays = memory.get(math);
  if (!arrays) {
    arrays = new Map();
    memory.set(math, arrays);
  }
  const key = `${use} ${precision}`;
  let array = arrays.get(key);
  if (!array || array.length < length) {
    if (array) math.release(array);
    array = math.allocate(precision, length);
    arrays.set(key, array);
  }
  return array.subarray(0, length);
}
