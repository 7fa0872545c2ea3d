import { deflateRawSync, crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inflate } from "../../src/data/inflate.ts";
import { crc32 } from "../../src/data/zipCrc32.ts";
import { InputError } from "../../src/inputError.ts";

test("CRC-32: the published check value, zlib's values, and any division into pieces", () => {
  expect(crc32(new TextEncoder().encode("123456789"), 0)).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0), 0)).toBe(0);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
      expect(crc32(bytes, 0)).toBe(zlibCrc32(bytes));
      expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut), 0))).toBe(crc32(bytes, 0));
    }),
  );
});

async function* pieces(bytes: Uint8Array, length: number) {
  for (let k = 0; k < bytes.length; k += length) yield bytes.slice(k, k + length);
}

async function collect(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts);
}

describe.each(["node", "web"] as const)("inflate by the %s's means", (platform) => {
  test("any content in any pieces", async () => {
    const contents = fc.oneof(
      fc.uint8Array({ maxLength: 3000 }),
      fc.nat(2_000_000).map((length) => Uint8Array.from({ length }, (_, k) => k % 7)),
    );
    await fc.assert(
      fc.asyncProperty(contents, fc.integer({ min: 1, max: 500 }), async (content, length) => {
        const compressed = deflateRawSync(content);
        expect((await collect(inflate(pieces(compressed, length), "a", { platform }))).equals(content)).toBe(
          true,
        );
      }),
      { numRuns: 30 },
    );
  });

  test("damaged and cut streams are InputErrors", async () => {
    const compressed = deflateRawSync(Buffer.from("some text ".repeat(1000)));
    for (const stream of [compressed.subarray(0, -3), Uint8Array.of(7, 7, 7), new Uint8Array(0)]) {
      await expect(collect(inflate(pieces(stream, 10), "a", { platform }))).rejects.toThrow(
        /^a: damaged compressed data: .*; save it again/,
      );
    }
  });

  test("bytes behind the end of the stream are left alone or refused", async () => {
    const content = Buffer.from("some text ".repeat(1000));
    const stream = Buffer.concat([deflateRawSync(content), Buffer.alloc(2 ** 20, 7)]);
    const outcome = await collect(inflate(pieces(stream, 2 ** 16), "a", { platform })).catch(
      (error: unknown) => error,
    );
    expect(outcome instanceof InputError || content.equals(outcome as Buffer)).toBe(true);
  });

  test("errors of the compressed bytes' source pass through", async () => {
    async function* failing() {
      yield Uint8Array.from(deflateRawSync(new Uint8Array(10))).slice(0, 1);
      throw new InputError("the disk is gone");
    }
    await expect(collect(inflate(failing(), "a", { platform }))).rejects.toThrow(
      new InputError("the disk is gone"),
    );
  });

  test("lets go of the compressed bytes when the caller has enough", async () => {
    const compressed = deflateRawSync(new Uint8Array(200 * 2 ** 20), { level: 1 });
    let asked = 0;
    let released = false;
    async function* counted() {
      try {
        for await (const piece of pieces(compressed, 1000)) {
          asked += piece.length;
          yield piece;
        }
      } finally {
        released = true;
      }
    }
    for await (const _ of inflate(counted(), "a", { platform })) break;
    await expect.poll(() => released).toBe(true);
    // Node's DecompressionStream takes in all it can get before it gives the first byte.
    if (platform === "node") expect(asked).toBeLessThan(compressed.length / 4);
  });
});
