import { blocksAtOnce, fillBlocks, gaussiansAtOnce, stagedGaussians, sureGaussians } from "./blocks.ts";
import { childIdentity, type Identity, rootIdentity } from "./identity.ts";
import { highProduct, philox4x32 } from "./philox.ts";
import type { RandomStream } from "./stream.ts";
import { heights, signedUnits, surelyUnder, tail } from "./ziggurat.ts";

/**
 * The root stream of a seed, by Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011): the same seed gives the same numbers
 * on every machine (Gaussians: on every machine with the same Math.exp and Math.log; another browser engine may differ
 * in the last bit). 7 and 7n are the same seed. Throws a RangeError unless `seed` is a non-negative safe integer or a
 * bigint below 2⁶⁴ that is not negative.
 */
export function createStream(seed: number | bigint): RandomStream {
  const valid =
    typeof seed === "bigint" ? seed >= 0n && seed < 1n << 64n : Number.isSafeInteger(seed) && seed >= 0;
  if (!valid)
    throw new RangeError(`seed: expected a non-negative safe integer or a bigint below 2^64, got ${seed}`);
  return new PhiloxStream(`${seed}`, rootIdentity(BigInt(seed)));
}

/** Blocks that a stream makes one by one before it makes many at once. */
const fewBlocks = 16;

class PhiloxStream implements RandomStream {
  readonly path: string;
  readonly #identity: Identity;
  /** The 64-bit index of the next block. */
  #blockLow = 0;
  #blockHigh = 0;
  #words = new Int32Array(4);
  #used = 4;

  constructor(path: string, identity: Identity) {
    this.path = path;
    this.#identity = identity;
  }

  get identity(): Int32Array {
    return this.#identity.slice();
  }

  split(...labels: readonly (string | number)[]): RandomStream {
    if (labels.length === 0) throw new RangeError("split: expected at least one label, got none");
    return new PhiloxStream([this.path, ...labels].join("/"), labels.reduce(childIdentity, this.#identity));
  }

  uniform(): number {
    // An odd number of values, symmetric about ½: k·2⁻⁵³ for 0 < k < 2⁵³.
    for (;;) {
      const k = this.#bits53();
      if (k > 0) return k * 2 ** -53;
    }
  }

  integer(bound: number): number {
    if (!(Number.isInteger(bound) && bound >= 1 && bound <= 2 ** 53)) {
      throw new RangeError(`integer: expected a bound between 1 and 2^53, got ${bound}`);
    }
    return bound < 2 ** 32 ? this.#below(bound) : this.#belowWide(bound);
  }

  gaussian(): number {
    const first = this.#word();
    const second = this.#word();
    const layer = first & 0xff;
    const k = (first >>> 9) * 2 ** 30 + (second >>> 2);
    const x = k * signedUnits[first & 0x1ff];
    return k < surelyUnder[layer] ? x : this.#outside(layer, x);
  }

  gaussians(out: Float64Array, scale = 1): Float64Array {
    let done = 0;
    for (; done < out.length && this.#words.length === 4; done++) out[done] = scale * this.gaussian();
    for (; done < out.length; done += gaussiansAtOnce) {
      const count = Math.min(gaussiansAtOnce, out.length - done);
      const staged = this.#stage(count, scale);
      out.set(count < gaussiansAtOnce ? staged.subarray(0, count) : staged, done);
    }
    return out;
  }

  permutation(n: number): Int32Array {
    if (!(Number.isInteger(n) && n >= 0 && n < 2 ** 31)) {
      throw new RangeError(`permutation: expected a length between 0 and 2^31 − 1, got ${n}`);
    }
    const order = Int32Array.from({ length: n }, (_, i) => i);
    // Fisher–Yates, from the end.
    for (let i = n - 1; i > 0; i--) {
      const j = this.#below(i + 1);
      const moved = order[i];
      order[i] = order[j];
      order[j] = moved;
    }
    return order;
  }

  /** Draws into the first `count` staged places. */
  #stage(count: number, scale: number): Float64Array {
    const staged = stagedGaussians();
    let next = 0;
    while (next < count) {
      if (this.#words.length > 4) {
        const stopped = sureGaussians(this.#words, this.#used, next, count, scale);
        this.#used += 2 * (stopped - next);
        next = stopped;
      }
      if (next < count) staged[next++] = scale * this.gaussian();
    }
    return staged;
  }

  #word(): number {
    if (this.#used === this.#words.length) this.#refill();
    return this.#words[this.#used++];
  }

  #refill(): void {
    this.#used = 0;
    const identity = this.#identity;
    // most streams give a few numbers; those that go on give many
    if (this.#blockLow >>> 0 >= fewBlocks && this.#blockLow >>> 0 <= 2 ** 32 - blocksAtOnce) {
      if (this.#words.length === 4) this.#words = new Int32Array(4 * blocksAtOnce);
      fillBlocks(this.#blockLow, this.#blockHigh, identity, this.#words);
      this.#advance(blocksAtOnce);
      return;
    }
    if (this.#words.length > 4) this.#words = new Int32Array(4);
    philox4x32(
      this.#blockLow,
      this.#blockHigh,
      identity[2],
      identity[3],
      identity[0],
      identity[1],
      this.#words,
    );
    this.#advance(1);
  }

  #advance(blocks: number): void {
    this.#blockLow = (this.#blockLow + blocks) | 0;
    if (this.#blockLow === 0) this.#blockHigh = (this.#blockHigh + 1) | 0;
  }

  #bits53(): number {
    const high = this.#word() >>> 5;
    return high * 2 ** 26 + (this.#word() >>> 6);
  }

  /** Uniform below `bound` < 2³²: the upper word of word × bound, rejecting where the lower word falls short (Lemire 2019). */
  #below(bound: number): number {
    let word = this.#word();
    let low = Math.imul(word, bound) >>> 0;
    if (low < bound) {
      const threshold = (2 ** 32 - bound) % bound;
      while (low < threshold) {
        word = this.#word();
        low = Math.imul(word, bound) >>> 0;
      }
    }
    return highProduct(word, bound) >>> 0;
  }

  /** Uniform below `bound` ≤ 2⁵³, rejecting the incomplete last cycle. */
  #belowWide(bound: number): number {
    const limit = 2 ** 53 - (2 ** 53 % bound);
    for (;;) {
      const k = this.#bits53();
      if (k < limit) return k % bound;
    }
  }

  /** The rare end of a Gaussian draw: the abscissa left the part of its layer that lies under the curve for sure. */
  #outside(layer: number, x: number): number {
    if (layer === 0) {
      const beyond = tail(() => this.uniform());
      return x < 0 ? -beyond : beyond;
    }
    const height = heights[layer] + this.uniform() * (heights[layer + 1] - heights[layer]);
    return height < Math.exp(-0.5 * x * x) ? x : this.gaussian();
  }
}
