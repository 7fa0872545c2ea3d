import { InputError } from "../../../inputError.ts";
import { describeShape, type Shape } from "../shape.ts";

/** How a kernel slides over an image: pairs are [vertical, horizontal], padding is [top, left, bottom, right]. */
export interface Sliding {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: readonly [number, number, number, number];
}

/**
 * Height and width of what a kernel leaves of a channels×height×width image, as PyTorch counts them: with `ceilMode` a
 * last window may reach beyond the padding, but must begin in the image or before it. Throws an InputError that begins
 * with `name` where there is no image, a setting makes no sense, or no window fits.
 */
export function slide(name: string, image: Shape, sliding: Sliding, ceilMode = false): [number, number] {
  const { kernel, stride, dilation, padding } = sliding;
  if (image.length !== 3) {
    throw new InputError(
      `${name}: expected images of channels×height×width, got shape ${describeShape(image)}`,
    );
  }
  requireWhole(name, "kernel", kernel, 1);
  requireWhole(name, "stride", stride, 1);
  requireWhole(name, "dilation", dilation, 1);
  requireWhole(name, "padding", padding, 0);
  const lengths = [0, 1].map((axis) => {
    const padded = image[1 + axis] + padding[axis] + padding[axis + 2];
    const spare = padded - dilation[axis] * (kernel[axis] - 1) - 1;
    const steps = ceilMode ? Math.ceil(spare / stride[axis]) : Math.floor(spare / stride[axis]);
    const beginsTooLate = ceilMode && steps * stride[axis] >= image[1 + axis] + padding[axis];
    return beginsTooLate ? steps : steps + 1;
  });
  if (lengths.some((length) => length < 1)) {
    const spread = dilation.some((step) => step > 1) ? ` dilated by ${dilation.join("×")}` : "";
    throw new InputError(
      `${name}: a kernel of ${kernel.join("×")}${spread} does not fit an image of ${image[1]}×${image[2]} with padding [${padding.join(", ")}] (top, left, bottom, right); use larger images, a smaller kernel or more padding`,
    );
  }
  return [lengths[0], lengths[1]];
}

function requireWhole(name: string, what: string, values: readonly number[], least: number): void {
  if (values.every((value) => Number.isInteger(value) && value >= least)) return;
  throw new InputError(
    `${name}: expected a ${what} of whole numbers of at least ${least}, got [${values.join(", ")}]`,
  );
}
