import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blocksAtOnce, fillBlocks } from "../../src/random/blocks.ts";
import { highProduct, philox4x32 } from "../../src/random/philox.ts";

/** Known answers for philox4x32-10 in Random123's kat_vectors: counter, key, block. */
const known: readonly (readonly [string, string, string])[] = [
  ["00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  ["ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"],
  ["243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"],
];

const words = (text: string): number[] => text.split(" ").map((word) => Number.parseInt(word, 16));

describe("Philox4x32-10", () => {
  it.each(known)("maps counter %s under key %s as published", (counter, key, block) => {
    const [c0, c1, c2, c3] = words(counter);
    const [k0, k1] = words(key);
    const out = new Int32Array(4);
    philox4x32(c0, c1, c2, c3, k0, k1, out);
    expect([...out].map((word) => word >>> 0)).toEqual(words(block));
  });

  it("gives the same block for signed and unsigned words", () => {
    const [signed, unsigned] = [new Int32Array(4), new Int32Array(4)];
    philox4x32(-1, -2, -3, -4, -5, -6, signed);
    philox4x32(2 ** 32 - 1, 2 ** 32 - 2, 2 ** 32 - 3, 2 ** 32 - 4, 2 ** 32 - 5, 2 ** 32 - 6, unsigned);
    expect(signed).toEqual(unsigned);
  });

  it("takes upper halves of 64-bit products exactly", () => {
    const word = fc.oneof(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.constantFrom(0, 1, 0xffff, 0x10000, 2 ** 32 - 1),
    );
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(highProduct(a, b) >>> 0).toBe(Number((BigInt(a) * BigInt(b)) >> 32n));
      }),
      { numRuns: 2000 },
    );
  });

  it("gives the same words many blocks at a time", () => {
    const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    const last = 2 ** 32 - blocksAtOnce;
    const low = fc.oneof(fc.integer({ min: 0, max: last }), fc.constantFrom(0, 2 ** 31 - 5, last));
    fc.assert(
      fc.property(low, word, fc.tuple(word, word, word, word), (from, high, identity) => {
        const [k0, k1, c2, c3] = identity;
        const [fast, plain] = [new Int32Array(4 * blocksAtOnce), new Int32Array(4)];
        fillBlocks(from, high, Int32Array.from(identity), fast);
        for (let k = 0; k < blocksAtOnce; k++) {
          philox4x32((from + k) | 0, high, c2, c3, k0, k1, plain);
          expect(fast.subarray(4 * k, 4 * k + 4)).toEqual(plain);
        }
      }),
      { numRuns: 50 },
    );
  });
});
