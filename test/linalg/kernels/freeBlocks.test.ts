import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blockUnit, freeBlocks } from "../../../src/linalg/kernels/freeBlocks.ts";

const sizes = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 3000 })).map((k) => 24 * k);
/** Either a block of this many bytes, or the return of one of those in use. */
const actions = fc.array(
  fc.oneof(fc.record({ bytes: sizes }), fc.record({ giveBack: fc.integer({ min: 0, max: 1000 }) })),
  { maxLength: 200 },
);

describe("free blocks", () => {
  test("hold what was asked for, an eighth more at most", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 }), (bytes) => {
        const size = freeBlocks().blockSize(bytes);
        expect(size).toBeGreaterThanOrEqual(bytes);
        expect(size).toBeLessThanOrEqual(Math.ceil(bytes / blockUnit) * blockUnit * (9 / 8));
        expect(size % blockUnit).toBe(0);
        expect(freeBlocks().blockSize(size)).toBe(size);
      }),
    );
  });

  test("never overlap, stay in what was given, and join again into one", () => {
    fc.assert(
      fc.property(actions, (actions) => {
        const blocks = freeBlocks();
        const [start, whole] = [blockUnit, blocks.blockSize(40_000)];
        blocks.give(start, whole);
        const used: { address: number; size: number }[] = [];
        for (const action of actions) {
          if ("bytes" in action) {
            const size = blocks.blockSize(action.bytes);
            const address = blocks.take(size);
            if (address === undefined) continue;
            expect(address % blockUnit).toBe(0);
            expect(address).toBeGreaterThanOrEqual(start);
            expect(address + size).toBeLessThanOrEqual(start + whole);
            for (const other of used) {
              expect(address + size <= other.address || other.address + other.size <= address).toBe(true);
            }
            used.push({ address, size });
          } else if (used.length > 0) {
            const [{ address, size }] = used.splice(action.giveBack % used.length, 1);
            blocks.give(address, size);
          }
        }
        for (const { address, size } of used) blocks.give(address, size);
        expect(blocks.take(whole)).toBe(start);
      }),
    );
  });

  test("serve the same sizes again without new memory", () => {
    const blocks = freeBlocks();
    const sizes = [100, 5000, 64, 900, 5000, 33_000].map(blocks.blockSize);
    blocks.give(
      0,
      sizes.reduce((sum, size) => sum + size),
    );
    for (let round = 0; round < 50; round++) {
      const addresses = sizes.map((size) => blocks.take(size));
      expect(addresses).not.toContain(undefined);
      addresses.forEach((address, k) => {
        blocks.give(address!, sizes[k]);
      });
    }
  });

  test("give nothing when nothing is large enough", () => {
    const blocks = freeBlocks();
    expect(blocks.take(64)).toBeUndefined();
    blocks.give(0, 64);
    blocks.give(128, 64);
    expect(blocks.take(128)).toBeUndefined();
    blocks.give(64, 64);
    expect(blocks.take(128)).toBe(0);
  });
});
