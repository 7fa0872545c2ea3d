/**
 * The patch matrix of a convolution. One row of it is one tap of the kernel on one channel, moved over the image: which
 * output positions see the image and which the zeros around it is settled per tap, so that rows are copied as runs.
 */
import { addRun, clearRun, copyRun, gatherRun, scatterRun } from "./runs";

/** First output position whose input index stride·position + offset is not negative. */
// @ts-ignore: decorator
@inline
function firstInside(offset: isize, stride: isize): isize {
  return offset >= 0 ? 0 : (-offset + stride - 1) / stride;
}
/** End of the output positions whose input index is below `size`; not before `first`. */
// @ts-ignore: decorator
@inline
function endInside(offset: isize, stride: isize, size: isize, outputs: isize, first: isize): isize {
  let end: isize = offset >= size ? 0 : (size - 1 - offset) / stride + 1;
  if (end > outputs) end = outputs;
  return end < first ? first : end;
}

/** columns ← the (channels·kernel) × (outHeight·outWidth) matrix of patches of one image. */
export function unfold<T>(
  channels: isize, height: isize, width: isize, kernelHeight: isize, kernelWidth: isize,
  strideY: isize, strideX: isize, dilationY: isize, dilationX: isize, paddingY: isize, paddingX: isize,
  outHeight: isize, outWidth: isize, image: usize, columns: usize,
): void {
  const size: usize = sizeof<T>();
  const planeBytes = (<usize>(outHeight * outWidth)) * size;
  for (let channel: isize = 0; channel < channels; channel++) {
    for (let ky: isize = 0; ky < kernelHeight; ky++) {
      const offsetY = ky * dilationY - paddingY;
      const top = firstInside(offsetY, strideY);
      const bottom = endInside(offsetY, strideY, height, outHeight, top);
      for (let kx: isize = 0; kx < kernelWidth; kx++) {
        const offsetX = kx * dilationX - paddingX;
        const left = firstInside(offsetX, strideX);
        const right = endInside(offsetX, strideX, width, outWidth, left);
        if (top == bottom || left == right) {
          clearRun<T>(outHeight * outWidth, columns);
        } else {
          const source = image + (<usize>((top * strideY + offsetY) * width + left * strideX + offsetX)) * size;
          const rowStep = strideY * width;
          if (strideX == 1 && rowStep == outWidth) {
            unfoldSame<T>(outHeight, outWidth, top, bottom, left, right, source, columns);
          } else {
            unfoldRows<T>(outHeight, outWidth, top, bottom, left, right, strideX, rowStep, source, columns);
          }
        }
        columns += planeBytes;
      }
    }
    image += (<usize>(height * width)) * size;
  }
}

/** Output rows follow each other as the image's do: all are copied as one run, and the zeros at the sides written over it. */
function unfoldSame<T>(
  outHeight: isize, outWidth: isize, top: isize, bottom: isize, left: isize, right: isize, source: usize, plane: usize,
): void {
  const size: usize = sizeof<T>();
  const first = top * outWidth + left;
  const end = (bottom - 1) * outWidth + right;
  clearRun<T>(first, plane);
  copyRun<T>(end - first, source, plane + (<usize>first) * size);
  clearRun<T>(outHeight * outWidth - end, plane + (<usize>end) * size);
  // From the end of one row of the image to the start of the next.
  const gap = outWidth - right + left;
  if (gap == 0) return;
  let at = plane + (<usize>(top * outWidth + right)) * size;
  for (let y = top + 1; y < bottom; y++) {
    for (let k: isize = 0; k < gap; k++) store<T>(at + (<usize>k) * size, 0);
    at += (<usize>outWidth) * size;
  }
}

function unfoldRows<T>(
  outHeight: isize, outWidth: isize, top: isize, bottom: isize, left: isize, right: isize,
  stride: isize, rowStep: isize, source: usize, plane: usize,
): void {
  const size: usize = sizeof<T>();
  const width = (<usize>outWidth) * size;
  clearRun<T>(top * outWidth, plane);
  plane += (<usize>top) * width;
  for (let y = top; y < bottom; y++) {
    clearRun<T>(left, plane);
    const inside = plane + (<usize>left) * size;
    if (stride == 1) copyRun<T>(right - left, source, inside);
    else gatherRun<T>(right - left, source, stride, inside);
    clearRun<T>(outWidth - right, plane + (<usize>right) * size);
    source += (<usize>rowStep) * size;
    plane += width;
  }
  clearRun<T>((outHeight - bottom) * outWidth, plane);
}

/** image ← image + the adjoint of `unfold` applied to columns. */
export function fold<T>(
  channels: isize, height: isize, width: isize, kernelHeight: isize, kernelWidth: isize,
  strideY: isize, strideX: isize, dilationY: isize, dilationX: isize, paddingY: isize, paddingX: isize,
  outHeight: isize, outWidth: isize, image: usize, columns: usize,
): void {
  const size: usize = sizeof<T>();
  const rowBytes = (<usize>outWidth) * size;
  const planeBytes = (<usize>outHeight) * rowBytes;
  const rowStep = (<usize>(strideY * width)) * size;
  for (let channel: isize = 0; channel < channels; channel++) {
    for (let ky: isize = 0; ky < kernelHeight; ky++) {
      const offsetY = ky * dilationY - paddingY;
      const top = firstInside(offsetY, strideY);
      const bottom = endInside(offsetY, strideY, height, outHeight, top);
      for (let kx: isize = 0; kx < kernelWidth; kx++) {
        const offsetX = kx * dilationX - paddingX;
        const left = firstInside(offsetX, strideX);
        const right = endInside(offsetX, strideX, width, outWidth, left);
        let source = columns + (<usize>(top * outWidth + left)) * size;
        let target = image + (<usize>((top * strideY + offsetY) * width + left * strideX + offsetX)) * size;
        for (let y = top; y < bottom; y++) {
          if (strideX == 1) addRun<T>(right - left, source, target);
          else scatterRun<T>(right - left, source, strideX, target);
          source += rowBytes;
          target += rowStep;
        }
        columns += planeBytes;
      }
    }
    image += (<usize>(height * width)) * size;
  }
}
