/** The two 16-bit floating-point formats, which typed arrays of Node 20 do not have. */

/**
 * IEEE 754 binary16 (1 sign, 5 exponent, 10 fraction bits) as float32, exactly; infinities and NaN stay what they are.
 * Writes `bits.length` numbers to `out`.
 */
export function decodeFloat16(bits: Uint16Array, out: Float32Array): void {
  table ??= Float32Array.from({ length: 2 ** 16 }, (_, pattern) => float16Value(pattern));
  for (let k = 0; k < bits.length; k++) out[k] = table[bits[k]];
}

/** bfloat16 (the upper half of a float32) as float32, exactly. Writes `bits.length` numbers to `out`. */
export function decodeBfloat16(bits: Uint16Array, out: Float32Array): void {
  const words = new Uint32Array(out.buffer, out.byteOffset, bits.length);
  for (let k = 0; k < bits.length; k++) words[k] = bits[k] << 16;
}

let table: Float32Array | undefined;

function float16Value(pattern: number): number {
  const sign = pattern & 0x8000 ? -1 : 1;
  const exponent = (pattern >> 10) & 0x1f;
  const fraction = pattern & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
