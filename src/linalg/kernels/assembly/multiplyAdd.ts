/** x·y + sum in every lane: rounded twice, or, compiled with relaxed SIMD, once where the engine fuses (relaxedSimd.ts). */
// @ts-ignore: decorator
@inline
export function multiplyAdd<T>(x: v128, y: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(x, y, sum);
  return v128.add<T>(sum, v128.mul<T>(x, y));
}
