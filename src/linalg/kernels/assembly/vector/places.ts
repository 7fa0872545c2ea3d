/** Numbers at given places: i32 indices, all of which lie in the array that they are of. */

/** out_i ← x at places_i. */
export function gather<T>(n: isize, x: usize, places: usize, out: usize): void {
  for (let i: isize = 0; i < n; i++) {
    store<T>(out, load<T>(x + (<usize>load<i32>(places)) * sizeof<T>()));
    places += 4;
    out += sizeof<T>();
  }
}

/** out ← 0, of `length`; then out at places_i ← itself + x_i. */
export function scatter<T>(n: isize, length: isize, x: usize, places: usize, out: usize): void {
  memory.fill(out, 0, (<usize>length) * sizeof<T>());
  for (let i: isize = 0; i < n; i++) {
    const at = out + (<usize>load<i32>(places)) * sizeof<T>();
    store<T>(at, load<T>(at) + load<T>(x));
    places += 4;
    x += sizeof<T>();
  }
}
