/** Sizes of a tensor along its axes, for one sample: batches are that many samples one after another, row-major. */
export type Shape = readonly number[];

/** Elements of a tensor of this shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** "3×32×32", for messages. */
export function describeShape(shape: Shape): string {
  return shape.length === 0 ? "a single number" : shape.join("×");
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}
