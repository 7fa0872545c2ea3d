import { integerBelow } from "./stream";

// @ts-ignore: decorator
@inline
function at(indices: usize, k: u32): usize {
  return indices + ((<usize>k) << 2);
}

/** Exchanges entries i and j of `order`. */
function swap(order: usize, i: u32, j: u32): void {
  const moved = load<u32>(at(order, i));
  store<u32>(at(order, i), load<u32>(at(order, j)));
  store<u32>(at(order, j), moved);
}

/** `size` independent indices below `samples`. */
export function drawWithReplacement(stream: usize, samples: u32, size: u32, batch: usize): void {
  for (let k: u32 = 0; k < size; k++) store<u32>(at(batch, k), integerBelow(stream, samples));
}

/**
 * `size` different indices: the first steps of a Fisher–Yates shuffle of `order`, which holds 0 … samples − 1 and is put
 * back afterwards, so that a batch depends on the stream alone. `swapped` has room for `size` indices.
 */
export function drawWithoutReplacement(
  stream: usize, samples: u32, size: u32, order: usize, swapped: usize, batch: usize,
): void {
  for (let k: u32 = 0; k < size; k++) {
    const other = k + integerBelow(stream, samples - k);
    store<u32>(at(swapped, k), other);
    swap(order, k, other);
    store<u32>(at(batch, k), load<u32>(at(order, k)));
  }
  for (let k = size; k-- > 0; ) swap(order, k, load<u32>(at(swapped, k)));
}
