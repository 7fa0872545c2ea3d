import { philox4x32 } from "./philox.ts";

/**
 * The identity of a stream: the 128 bits that tell it from every other one.
 *
 * Words 0–1 are the Philox key of the stream and words 2–3 the upper half of its counter; the lower half counts its
 * blocks. Streams of different identity therefore never evaluate Philox at the same point within 2⁶⁴ blocks, and two
 * identities coincide only if the hash below collides: with N streams in use, a chance of about N²/2¹²⁹.
 *
 * A root has the seed as its key and a zero upper counter, so its blocks are those of plain Philox under that key.
 * A child's identity is the hash of its parent's and the label, one label after another: `split("a", "b")` is
 * `split("a").split("b")`. The hash is Davies–Meyer over Philox, h ← h ⊕ Philox_m(h) for each 64-bit piece m of
 * (tag of the label's type and length, label); it scatters, it is not meant to resist an attacker.
 */
export type Identity = Int32Array;

/** ASCII "nlab" and "slab": far from the small keys that seeds are. */
const numberTag = 0x6e6c6162;
const stringTag = 0x736c6162;

/** Scratch of one call: streams are split by the thousand. */
const bits = new DataView(new ArrayBuffer(8));
const block = new Int32Array(4);

/** The identity of the root stream of a 64-bit seed. */
export function rootIdentity(seed: bigint): Identity {
  return Int32Array.of(Number(BigInt.asIntN(32, seed)), Number(BigInt.asIntN(32, seed >> 32n)), 0, 0);
}

/** The identity of the child called `label`. Numbers count by value (0 and −0 are one), strings by UTF-16 unit. Throws a RangeError on NaN or Inf. */
export function childIdentity(parent: Identity, label: string | number): Identity {
  const identity = Int32Array.from(parent);
  if (typeof label === "number") {
    if (!Number.isFinite(label))
      throw new RangeError(`stream label: expected a finite number or a string, got ${label}`);
    bits.setFloat64(0, label === 0 ? 0 : label);
    absorb(identity, numberTag, 1);
    absorb(identity, bits.getInt32(0), bits.getInt32(4));
    return identity;
  }
  absorb(identity, stringTag, label.length);
  // charCodeAt gives NaN past the end, which counts as 0 in the shifts.
  const pair = (start: number): number => label.charCodeAt(start) | (label.charCodeAt(start + 1) << 16);
  for (let start = 0; start < label.length; start += 4) absorb(identity, pair(start), pair(start + 2));
  return identity;
}

function absorb(identity: Identity, k0: number, k1: number): void {
  philox4x32(identity[0], identity[1], identity[2], identity[3], k0, k1, block);
  for (let word = 0; word < 4; word++) identity[word] ^= block[word];
}
