/** Where the largest number under each window stands, several windows of one output row at a time and without branches. */
import { lanes } from "./lanes";

/** Windows lie inside the images; padding is there for the common signature of window functions. `places` holds i32. */
export function findMaxima<T>(
  channels: isize, height: isize, width: isize, kernelHeight: isize, kernelWidth: isize,
  strideY: isize, strideX: isize, dilationY: isize, dilationX: isize, _paddingY: isize, _paddingX: isize,
  outHeight: isize, outWidth: isize, images: usize, places: usize,
): void {
  for (let channel: isize = 0; channel < channels; channel++) {
    for (let oy: isize = 0; oy < outHeight; oy++) {
      let corner = (channel * height + oy * strideY) * width;
      for (let left = outWidth; left > 0; left -= lanes<T>()) {
        const count = left < lanes<T>() ? left : lanes<T>();
        const corners = indices<T>(corner, strideX);
        let place = corners;
        let largest = gather<T>(images + (<usize>corner) * sizeof<T>(), strideX, count);
        for (let ky: isize = 0; ky < kernelHeight; ky++) {
          for (let kx: isize = 0; kx < kernelWidth; kx++) {
            const tap = ky * dilationY * width + kx * dilationX;
            const x = gather<T>(images + (<usize>(corner + tap)) * sizeof<T>(), strideX, count);
            const larger = v128.or(v128.gt<T>(x, largest), v128.ne<T>(x, x));
            largest = v128.bitselect(x, largest, larger);
            place = v128.bitselect(moved<T>(corners, tap), place, larger);
          }
        }
        storeIndices<T>(places, place, count);
        places += 4 * count;
        corner += count * strideX;
      }
    }
  }
}

/** Every `stride`-th of `count` numbers; for strides up to 2 up to 31 bytes beyond the first are read. */
// @ts-ignore: decorator
@inline
function gather<T>(at: usize, stride: isize, count: isize): v128 {
  if (stride == 1) return v128.load(at);
  if (stride == 2) {
    const x = v128.load(at);
    const y = v128.load(at, 16);
    return sizeof<T>() == 4 ? v128.shuffle<i32>(x, y, 0, 2, 4, 6) : v128.shuffle<i64>(x, y, 0, 2);
  }
  const step = (<usize>stride) * sizeof<T>();
  let x = v128.splat<T>(load<T>(at));
  if (count > 1) x = v128.replace_lane<T>(x, 1, load<T>(at + step));
  if (sizeof<T>() == 4) {
    if (count > 2) x = v128.replace_lane<T>(x, 2, load<T>(at + 2 * step));
    if (count > 3) x = v128.replace_lane<T>(x, 3, load<T>(at + 3 * step));
  }
  return x;
}

/** first, first + stride, …: as wide as the numbers that they point to. */
// @ts-ignore: decorator
@inline
function indices<T>(first: isize, stride: isize): v128 {
  return sizeof<T>() == 4
    ? i32x4.add(i32x4.splat(<i32>first), i32x4.mul(i32x4.splat(<i32>stride), i32x4(0, 1, 2, 3)))
    : i64x2.add(i64x2.splat(<i64>first), i64x2.mul(i64x2.splat(<i64>stride), i64x2(0, 1)));
}

// @ts-ignore: decorator
@inline
function moved<T>(places: v128, by: isize): v128 {
  return sizeof<T>() == 4
    ? i32x4.add(places, i32x4.splat(<i32>by))
    : i64x2.add(places, i64x2.splat(<i64>by));
}

// @ts-ignore: decorator
@inline
function storeIndices<T>(at: usize, places: v128, count: isize): void {
  if (sizeof<T>() == 8) {
    v128.store32_lane(at, places, 0);
    if (count == 2) v128.store32_lane(at, places, 2, 4);
  } else if (count == 4) {
    v128.store(at, places);
  } else {
    v128.store32_lane(at, places, 0);
    if (count > 1) v128.store32_lane(at, places, 1, 4);
    if (count > 2) v128.store32_lane(at, places, 2, 8);
  }
}
