/** The rows of four vectors of four float32 as its columns, at `target`. */
// @ts-ignore: decorator
@inline
function storeTransposed(a: v128, b: v128, c: v128, d: v128, target: usize, stride: usize): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  v128.store(target, v128.shuffle<f64>(ab, cd, 0, 2));
  v128.store(target + stride, v128.shuffle<f64>(ab, cd, 1, 3));
  const abEnd = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cdEnd = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(target + 2 * stride, v128.shuffle<f64>(abEnd, cdEnd, 0, 2));
  v128.store(target + 3 * stride, v128.shuffle<f64>(abEnd, cdEnd, 1, 3));
}

/** Vectors from neighbours in w, `bytes` of them a run: 16 or 32. */
function copyRuns(depth: usize, bytes: usize, run: usize, depthStride: usize, target: usize): void {
  for (let k: usize = 0; k < depth; k++) {
    v128.store(target, v128.load(run));
    if (bytes == 32) v128.store(target, v128.load(run, 16), 16);
    target += bytes;
    run += depthStride;
  }
}

/** From neighbours along the depth: squares of as many elements as a vector has, transposed in registers. Returns the depth done. */
// @ts-ignore: decorator
@inline
function transposeRuns<T>(panel: usize, depth: usize, run: usize, widthStride: usize, target: usize): usize {
  const lanes: usize = 16 / sizeof<T>();
  const whole = depth - depth % lanes;
  const bytes = panel * sizeof<T>();
  for (let k: usize = 0; k < whole; k += lanes) {
    for (let i: usize = 0; i < panel; i += lanes) {
      const from = run + i * widthStride + k * sizeof<T>();
      const to = target + k * bytes + i * sizeof<T>();
      const a = v128.load(from);
      const b = v128.load(from + widthStride);
      if (sizeof<T>() == 4) {
        const third = from + 2 * widthStride;
        storeTransposed(a, b, v128.load(third), v128.load(third + widthStride), to, bytes);
      } else {
        v128.store(to, v128.shuffle<f64>(a, b, 0, 2));
        v128.store(to + bytes, v128.shuffle<f64>(a, b, 1, 3));
      }
    }
  }
  return whole;
}

/**
 * Packs a block of `width`×`depth` elements (element (w,k) at source + w·widthStride + k·depthStride, strides in bytes)
 * into panels of PANEL: each panel is `depth` runs of PANEL neighbours in w. The last panel is filled up with zeros.
 * Panels are of 16 or 32 bytes a run.
 */
// @ts-ignore: decorator
@inline
export function packPanels<T>(
  panel: usize, width: usize, depth: usize,
  source: usize, widthStride: usize, depthStride: usize, target: usize,
): void {
  const bytes = panel * sizeof<T>();
  const full = width - width % panel;
  for (let w: usize = 0; w < full; w += panel) {
    const run = source + w * widthStride;
    if (widthStride == sizeof<T>()) {
      copyRuns(depth, bytes, run, depthStride, target);
    } else {
      let k = depthStride == sizeof<T>() ? transposeRuns<T>(panel, depth, run, widthStride, target) : 0;
      for (; k < depth; k++) {
        for (let i: usize = 0; i < panel; i++) {
          store<T>(target + k * bytes + i * sizeof<T>(), load<T>(run + i * widthStride + k * depthStride));
        }
      }
    }
    target += depth * bytes;
  }
  if (full == width) return;
  for (let k: usize = 0; k < depth; k++) {
    for (let i: usize = 0; i < panel; i++) {
      const inside = full + i < width;
      store<T>(target, inside ? load<T>(source + (full + i) * widthStride + k * depthStride) : 0);
      target += sizeof<T>();
    }
  }
}
