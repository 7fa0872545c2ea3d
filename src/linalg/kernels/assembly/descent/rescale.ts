/** Exponents beyond which a vector is scaled back; squares of its entries are then normal numbers. */
const LARGEST: i32 = 100;
/** Of a power of two that is a normal number, and so is its inverse. */
const NORMAL: i32 = 1000;

/** 2^exponent; 0 for one below −1000. */
export function powerOfTwo(exponent: i32): f64 {
  return exponent < -NORMAL ? 0 : reinterpret<f64>((<u64>(1023 + exponent)) << 52);
}

/**
 * Multiplies w by a power of two where its largest entry has left 2^±100, and keeps the power's exponent at `exponent`: what
 * stands for w·2^exponent stays the same to the bit.
 */
export function rescale(bytes: usize, w: usize, exponent: usize): void {
  // pmax is one instruction where max, for the sake of NaN, is seven
  let largest = v128.splat<f64>(0);
  for (let j: usize = 0; j < bytes; j += 16) {
    largest = v128.pmax<f64>(largest, v128.abs<f64>(v128.load(w + j)));
  }
  const size = max<f64>(v128.extract_lane<f64>(largest, 0), v128.extract_lane<f64>(largest, 1));
  if (size == 0) return;
  const power = <i32>((reinterpret<u64>(size) >> 52) & 0x7ff) - 1023;
  if (abs<i32>(power) <= LARGEST) return;
  const shift = max<i32>(-NORMAL, min<i32>(NORMAL, power));
  const factor = v128.splat<f64>(powerOfTwo(-shift));
  for (let j: usize = 0; j < bytes; j += 16) v128.store(w + j, v128.mul<f64>(factor, v128.load(w + j)));
  store<i32>(exponent, load<i32>(exponent) + shift);
}
