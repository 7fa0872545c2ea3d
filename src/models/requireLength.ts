/** Throws a RangeError unless `array` has `length` elements; `name` is its name in the message. */
export function requireLength(name: string, array: ArrayLike<number>, length: number): void {
  if (array.length !== length) {
    throw new RangeError(`${name}: expected ${length} elements, got ${array.length}`);
  }
}
