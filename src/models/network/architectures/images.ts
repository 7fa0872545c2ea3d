import { InputError } from "../../../inputError.ts";
import { describeShape, type Shape } from "../shape.ts";

/** [channels, height, width] of the input of a network for images. Throws an InputError on other shapes. */
export function imageShape(name: string, input: Shape): readonly [number, number, number] {
  if (input.length !== 3) {
    throw new InputError(
      `${name}: expected images of shape channels×height×width, got samples of shape ${describeShape(input)}; take an fnn or give the data as images`,
    );
  }
  const [channels, height, width] = input;
  return [channels, height, width];
}

/** A number of channels times a width multiplier: rounded, at least 1. */
export function widened(channels: number, width: number): number {
  return Math.max(1, Math.round(channels * width));
}
