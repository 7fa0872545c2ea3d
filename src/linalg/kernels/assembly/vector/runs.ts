/** Runs of consecutive elements. Nothing beyond their ends is written; up to 31 bytes beyond them are read. */
import { add, lanes, storePart, storeTwo } from "./lanes";

/** target ← 0. */
// @ts-ignore: decorator
@inline
export function clearRun<T>(n: isize, target: usize): void {
  for (; n >= lanes<T>(); n -= lanes<T>()) {
    v128.store(target, i64x2.splat(0));
    target += 16;
  }
  for (; n > 0; n--) {
    store<T>(target, 0);
    target += sizeof<T>();
  }
}

/** target ← source. */
// @ts-ignore: decorator
@inline
export function copyRun<T>(n: isize, source: usize, target: usize): void {
  for (; n > 0; n -= 2 * lanes<T>()) {
    storeTwo<T>(target, v128.load(source), v128.load(source, 16), n);
    source += 32;
    target += 32;
  }
}

/** target ← target + source. */
// @ts-ignore: decorator
@inline
export function addRun<T>(n: isize, source: usize, target: usize): void {
  for (; n > 0; n -= 2 * lanes<T>()) {
    const x = add<T>(v128.load(target), v128.load(source));
    const y = add<T>(v128.load(target, 16), v128.load(source, 16));
    storeTwo<T>(target, x, y, n);
    source += 32;
    target += 32;
  }
}

/** target ← every `stride`-th element of source, stride > 1. */
// @ts-ignore: decorator
@inline
export function gatherRun<T>(n: isize, source: usize, stride: isize, target: usize): void {
  if (stride == 2) {
    for (; n > 0; n -= lanes<T>()) {
      const x = v128.load(source);
      const y = v128.load(source, 16);
      const even = sizeof<T>() == 4 ? v128.shuffle<i32>(x, y, 0, 2, 4, 6) : v128.shuffle<i64>(x, y, 0, 2);
      if (n < lanes<T>()) return storePart<T>(target, even, n);
      v128.store(target, even);
      source += 32;
      target += 16;
    }
    return;
  }
  for (; n > 0; n--) {
    store<T>(target, load<T>(source));
    source += (<usize>stride) * sizeof<T>();
    target += sizeof<T>();
  }
}

/** Every `stride`-th element of target ← itself + source. */
// @ts-ignore: decorator
@inline
export function scatterRun<T>(n: isize, source: usize, stride: isize, target: usize): void {
  for (; n > 0; n--) {
    store<T>(target, load<T>(target) + load<T>(source));
    source += sizeof<T>();
    target += (<usize>stride) * sizeof<T>();
  }
}
