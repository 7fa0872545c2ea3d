/** Sliding windows by their definition, on one channels×height×width image. */
interface Sliding {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: readonly [number, number, number, number];
}

/** Pixels of a channel under the kernel at (oy, ox), tap by tap; undefined where padded. */
export function windowAt(
  image: ArrayLike<number>,
  [height, width]: readonly [number, number],
  channel: number,
  { kernel, stride, dilation, padding }: Sliding,
  [oy, ox]: readonly [number, number],
): (number | undefined)[] {
  const pixels: (number | undefined)[] = [];
  for (let ky = 0; ky < kernel[0]; ky++) {
    for (let kx = 0; kx < kernel[1]; kx++) {
      const y = oy * stride[0] - padding[0] + ky * dilation[0];
      const x = ox * stride[1] - padding[1] + kx * dilation[1];
      const inside = y >= 0 && y < height && x >= 0 && x < width;
      pixels.push(inside ? image[(channel * height + y) * width + x] : undefined);
    }
  }
  return pixels;
}

/**
 * Places along an axis at which the whole kernel lies in the padded image; with `ceilMode` also one more where pixels
 * would be left over, but not a last one that begins after the image.
 */
export function placesAlong(
  axis: 0 | 1,
  length: number,
  { kernel, stride, dilation, padding }: Sliding,
  ceilMode = false,
): number {
  const end = length + padding[axis] + padding[axis + 2];
  const endOf = (place: number) => place * stride[axis] + dilation[axis] * (kernel[axis] - 1) + 1;
  let places = 0;
  while (endOf(places) <= end) places++;
  if (!ceilMode) return places;
  if (endOf(places - 1) < end) places++;
  return (places - 1) * stride[axis] < length + padding[axis] ? places : places - 1;
}
