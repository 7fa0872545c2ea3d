import type { FloatArray } from "../../linalg/matrix.ts";

/**
 * target ← source, of the same length and any precisions. Between two precisions four numbers a turn, as V8 looks at both lengths in
 * each; `set` is slower still where memory is shared.
 */
export function copyNumbers(source: FloatArray, target: FloatArray): void {
  if (source.BYTES_PER_ELEMENT === target.BYTES_PER_ELEMENT) {
    target.set(source);
    return;
  }
  const whole = source.length - (source.length % 4);
  for (let k = 0; k < whole; k += 4) {
    target[k] = source[k];
    target[k + 1] = source[k + 1];
    target[k + 2] = source[k + 2];
    target[k + 3] = source[k + 3];
  }
  for (let k = whole; k < source.length; k++) target[k] = source[k];
}
