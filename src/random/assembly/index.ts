/**
 * Blocks of Philox4x32-10 at consecutive counters, four at a time, one in each lane (src/random/philox.ts has it plainly).
 * The memory is one page, and all of it is for what is written.
 */
const ROUNDS: i32 = 10;
const MULTIPLIER_0: u32 = 0xd2511f53;
const MULTIPLIER_1: u32 = 0xcd9e8d57;
const WEYL_0: u32 = 0x9e3779b9;
const WEYL_1: u32 = 0xbb67ae85;

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

/** Writes `count` blocks, a multiple of four, from the 64-bit index on; the lower half of the index does not pass its end. */
export function fill(indexLow: u32, indexHigh: u32, c2: u32, c3: u32, k0: u32, k1: u32, count: u32): void {
  const multiplier0 = i32x4.splat(MULTIPLIER_0);
  const multiplier1 = i32x4.splat(MULTIPLIER_1);
  let first = i32x4.add(i32x4.splat(indexLow), i32x4(0, 1, 2, 3));
  for (let block: u32 = 0; block < count; block += 4) {
    let a0 = first;
    let a1 = i32x4.splat(indexHigh);
    let a2 = i32x4.splat(c2);
    let a3 = i32x4.splat(c3);
    let key0 = k0;
    let key1 = k1;
    for (let round = 0; round < ROUNDS; round++) {
      const p0 = i64x2.extmul_low_i32x4_u(a0, multiplier0);
      const q0 = i64x2.extmul_high_i32x4_u(a0, multiplier0);
      const p1 = i64x2.extmul_low_i32x4_u(a2, multiplier1);
      const q1 = i64x2.extmul_high_i32x4_u(a2, multiplier1);
      a0 = v128.xor(v128.xor(highWords(p1, q1), a1), i32x4.splat(key0));
      a1 = lowWords(p1, q1);
      a2 = v128.xor(v128.xor(highWords(p0, q0), a3), i32x4.splat(key1));
      a3 = lowWords(p0, q0);
      key0 += WEYL_0;
      key1 += WEYL_1;
    }
    // from word by word to block by block
    const low01 = v128.shuffle<i32>(a0, a1, 0, 4, 1, 5);
    const high01 = v128.shuffle<i32>(a0, a1, 2, 6, 3, 7);
    const low23 = v128.shuffle<i32>(a2, a3, 0, 4, 1, 5);
    const high23 = v128.shuffle<i32>(a2, a3, 2, 6, 3, 7);
    const at = (<usize>block) << 4;
    v128.store(at, v128.shuffle<i64>(low01, low23, 0, 2));
    v128.store(at, v128.shuffle<i64>(low01, low23, 1, 3), 16);
    v128.store(at, v128.shuffle<i64>(high01, high23, 0, 2), 32);
    v128.store(at, v128.shuffle<i64>(high01, high23, 1, 3), 48);
    first = i32x4.add(first, i32x4.splat(4));
  }
}
