/**
 * Packs a block of `width`×`depth` elements (element (w,k) at source + w·widthStride + k·depthStride, strides in bytes)
 * into panels of PANEL: each panel is `depth` runs of PANEL neighbours in w. The last panel is filled up with zeros.
 */
// @ts-ignore: decorator
@inline
export function packPanels<T>(
  panel: usize, width: usize, depth: usize,
  source: usize, widthStride: usize, depthStride: usize, target: usize,
): void {
  const full = width - width % panel;
  for (let w: usize = 0; w < full; w += panel) {
    let run = source + w * widthStride;
    for (let k: usize = 0; k < depth; k++) {
      if (widthStride == sizeof<T>()) {
        memory.copy(target, run, panel * sizeof<T>());
      } else {
        for (let i: usize = 0; i < panel; i++) {
          store<T>(target + i * sizeof<T>(), load<T>(run + i * widthStride));
        }
      }
      target += panel * sizeof<T>();
      run += depthStride;
    }
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
