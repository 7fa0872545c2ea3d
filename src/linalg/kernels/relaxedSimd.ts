/** Relaxed SIMD: WebAssembly's multiply-add of vectors, which an engine may round once (fused) or twice, and always the same way. */

/**
 * (module (func (export "f") (param f64 f64 f64) (result f64)
 *   (f64x2.extract_lane 0
 *     (f64x2.relaxed_madd (f64x2.splat (local.get 0)) (f64x2.splat (local.get 1)) (f64x2.splat (local.get 2))))))
 */
// biome-ignore format: a section of the module a line
const multiplyAddModule = Uint8Array.of(
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
  0x01, 0x08, 0x01, 0x60, 0x03, 0x7c, 0x7c, 0x7c, 0x01, 0x7c,
  0x03, 0x02, 0x01, 0x00,
  0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00,
  0x0a, 0x16, 0x01, 0x14, 0x00, 0x20, 0x00, 0xfd, 0x14, 0x20, 0x01, 0xfd, 0x14, 0x20, 0x02, 0xfd, 0x14,
  0xfd, 0x87, 0x02, 0xfd, 0x21, 0x00, 0x0b,
);

/**
 * Whether this engine, on this processor, has relaxed SIMD and rounds its multiply-add once: Node ≥ 22, Chrome ≥ 114 and current
 * Firefox on ARM and on x86 with FMA3. Where it rounds twice, relaxed SIMD has nothing to give.
 */
export function fusesMultiplyAdd(): boolean {
  if (!WebAssembly.validate(multiplyAddModule)) return false;
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(multiplyAddModule)).exports as {
    f(x: number, y: number, sum: number): number;
  };
  // The product is 1 − 2⁻⁶⁰, which rounds to 1.
  return f(1 + 2 ** -30, 1 - 2 ** -30, -1) !== 0;
}
