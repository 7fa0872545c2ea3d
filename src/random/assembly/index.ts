/**
 * Blocks of Philox4x32-10 at consecutive counters (src/random/philox.ts has it plainly), eight at a time: two groups of four, one
 * block in each lane, so that one group is computed while the other waits. And Gaussians from them, by the part of the ziggurat
 * that nearly every draw takes (src/random/philoxStream.ts has it plainly, and takes the rest).
 */
const ROUNDS: i32 = 10;
const MULTIPLIER_0: u32 = 0xd2511f53;
const MULTIPLIER_1: u32 = 0xcd9e8d57;
const WEYL_0: u32 = 0x9e3779b9;
const WEYL_1: u32 = 0xbb67ae85;

/** The memory is one page: 4 KiB of words, as much of Gaussians, and the tables of src/random/ziggurat.ts. */
export const gaussiansAt: u32 = 4096;
export const signedUnitsAt: u32 = 8192;
export const surelyUnderAt: u32 = 12288;
/** The keys of the rounds, each in four lanes, the two of a round beside each other. */
const KEYS: usize = 14336;

/** The lower words of four 64-bit products that stand two and two. */
// @ts-ignore: decorator
@inline
function lowWords(first: v128, second: v128): v128 {
  return v128.shuffle<i32>(first, second, 0, 2, 4, 6);
}

// @ts-ignore: decorator
@inline
function highWords(first: v128, second: v128): v128 {
  return v128.shuffle<i32>(first, second, 1, 3, 5, 7);
}

/** From word by word to block by block. */
// @ts-ignore: decorator
@inline
function storeBlocks(at: usize, a0: v128, a1: v128, a2: v128, a3: v128): void {
  const low01 = v128.shuffle<i32>(a0, a1, 0, 4, 1, 5);
  const high01 = v128.shuffle<i32>(a0, a1, 2, 6, 3, 7);
  const low23 = v128.shuffle<i32>(a2, a3, 0, 4, 1, 5);
  const high23 = v128.shuffle<i32>(a2, a3, 2, 6, 3, 7);
  v128.store(at, v128.shuffle<i64>(low01, low23, 0, 2));
  v128.store(at, v128.shuffle<i64>(low01, low23, 1, 3), 16);
  v128.store(at, v128.shuffle<i64>(high01, high23, 0, 2), 32);
  v128.store(at, v128.shuffle<i64>(high01, high23, 1, 3), 48);
}

/** Writes `count` blocks, a multiple of eight, from the 64-bit index on; the lower half of the index does not pass its end. */
export function fill(indexLow: u32, indexHigh: u32, c2: u32, c3: u32, k0: u32, k1: u32, count: u32): void {
  for (let round = 0; round < ROUNDS; round++) {
    v128.store(KEYS + (<usize>round << 5), i32x4.splat(k0 + round * WEYL_0));
    v128.store(KEYS + (<usize>round << 5), i32x4.splat(k1 + round * WEYL_1), 16);
  }
  const multiplier0 = i32x4.splat(MULTIPLIER_0);
  const multiplier1 = i32x4.splat(MULTIPLIER_1);
  let first = i32x4.add(i32x4.splat(indexLow), i32x4(0, 1, 2, 3));
  for (let block: u32 = 0; block < count; block += 8) {
    let a0 = first;
    let a1 = i32x4.splat(indexHigh);
    let a2 = i32x4.splat(c2);
    let a3 = i32x4.splat(c3);
    let b0 = i32x4.add(first, i32x4.splat(4));
    let b1 = a1;
    let b2 = a2;
    let b3 = a3;
    for (let round = 0; round < ROUNDS; round++) {
      const key0 = v128.load(KEYS + (<usize>round << 5));
      const key1 = v128.load(KEYS + (<usize>round << 5), 16);
      const p0 = i64x2.extmul_low_i32x4_u(a0, multiplier0);
      const q0 = i64x2.extmul_high_i32x4_u(a0, multiplier0);
      const p1 = i64x2.extmul_low_i32x4_u(a2, multiplier1);
      const q1 = i64x2.extmul_high_i32x4_u(a2, multiplier1);
      a0 = v128.xor(v128.xor(highWords(p1, q1), a1), key0);
      a1 = lowWords(p1, q1);
      a2 = v128.xor(v128.xor(highWords(p0, q0), a3), key1);
      a3 = lowWords(p0, q0);
      const r0 = i64x2.extmul_low_i32x4_u(b0, multiplier0);
      const s0 = i64x2.extmul_high_i32x4_u(b0, multiplier0);
      const r1 = i64x2.extmul_low_i32x4_u(b2, multiplier1);
      const s1 = i64x2.extmul_high_i32x4_u(b2, multiplier1);
      b0 = v128.xor(v128.xor(highWords(r1, s1), b1), key0);
      b1 = lowWords(r1, s1);
      b2 = v128.xor(v128.xor(highWords(r0, s0), b3), key1);
      b3 = lowWords(r0, s0);
    }
    storeBlocks(<usize>block << 4, a0, a1, a2, a3);
    storeBlocks((<usize>block << 4) + 64, b0, b1, b2, b3);
    first = i32x4.add(first, i32x4.splat(8));
  }
}

/**
 * Writes Gaussians times `scale` to places `from` … `to` − 1, two words each from word `used` on, up to the first that needs a second
 * look; returns its place, or `to`.
 */
export function gaussians(used: u32, from: u32, to: u32, scale: f64): u32 {
  let at: usize = (<usize>used) << 2;
  for (let place = from; place < to; place++) {
    const first = load<u32>(at);
    const second = load<u32>(at, 4);
    const k = <f64>(<i64>(((<u64>(first >>> 9)) << 30) | (<u64>(second >>> 2))));
    if (k >= load<f64>((<usize>(first & 0xff)) << 3, surelyUnderAt)) return place;
    const x = k * load<f64>((<usize>(first & 0x1ff)) << 3, signedUnitsAt);
    store<f64>((<usize>place) << 3, scale * x, gaussiansAt);
    at += 8;
  }
  return to;
}
