/**
 * The streams of src/random: Philox4x32-10 and integers below a bound, with the same draws.
 *
 * A stream is 44 bytes: its identity (key, then the upper half of the counter), the index of the next block, the four
 * words of the last block, and how many of them are used.
 */
const BLOCK: usize = 16;
const WORDS: usize = 24;
const USED: usize = 40;

const ROUNDS: i32 = 10;
const MULTIPLIER_0: u64 = 0xd2511f53;
const MULTIPLIER_1: u64 = 0xcd9e8d57;
const WEYL_0: u32 = 0x9e3779b9;
const WEYL_1: u32 = 0xbb67ae85;

function nextBlock(stream: usize): void {
  let k0 = load<u32>(stream);
  let k1 = load<u32>(stream, 4);
  let c0 = load<u32>(stream, BLOCK);
  let c1 = load<u32>(stream, BLOCK + 4);
  let c2 = load<u32>(stream, 8);
  let c3 = load<u32>(stream, 12);
  store<u64>(stream, load<u64>(stream, BLOCK) + 1, BLOCK);
  for (let round = 0; round < ROUNDS; round++) {
    const p0 = MULTIPLIER_0 * <u64>c0;
    const p1 = MULTIPLIER_1 * <u64>c2;
    c0 = <u32>(p1 >> 32) ^ c1 ^ k0;
    c1 = <u32>p1;
    c2 = <u32>(p0 >> 32) ^ c3 ^ k1;
    c3 = <u32>p0;
    k0 += WEYL_0;
    k1 += WEYL_1;
  }
  store<u32>(stream, c0, WORDS);
  store<u32>(stream, c1, WORDS + 4);
  store<u32>(stream, c2, WORDS + 8);
  store<u32>(stream, c3, WORDS + 12);
  store<u32>(stream, 0, USED);
}

function nextWord(stream: usize): u32 {
  if (load<u32>(stream, USED) == 4) nextBlock(stream);
  const used = load<u32>(stream, USED);
  store<u32>(stream, used + 1, USED);
  return load<u32>(stream + ((<usize>used) << 2), WORDS);
}

/** Uniform in [0, bound): the upper word of word × bound, rejecting where the lower word falls short (Lemire 2019). */
export function integerBelow(stream: usize, bound: u32): u32 {
  let product = <u64>nextWord(stream) * <u64>bound;
  if (<u32>product < bound) {
    // 2³² mod bound
    const threshold: u32 = (<u32>0 - bound) % bound;
    while (<u32>product < threshold) product = <u64>nextWord(stream) * <u64>bound;
  }
  return <u32>(product >> 32);
}

function bits53(stream: usize): u64 {
  const high = <u64>(nextWord(stream) >> 5);
  return (high << 26) + <u64>(nextWord(stream) >> 6);
}

/** Uniform on (0,1): an odd number of values, k·2⁻⁵³ for 0 < k < 2⁵³. */
export function uniform(stream: usize): f64 {
  let k = bits53(stream);
  while (k == 0) k = bits53(stream);
  return <f64>k * (1.0 / 9007199254740992.0);
}
