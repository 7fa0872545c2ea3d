import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fromBytes } from "../../src/data/byteSource.ts";
import { gunzip } from "../../src/data/gzip.ts";
import { inflate } from "../../src/data/inflate.ts";
import { InputError } from "../../src/inputError.ts";
import { mutations } from "./arrayFixtures.ts";

async function content(file: Uint8Array): Promise<Buffer> {
  const source = await gunzip(fromBytes(file, "a.gz"));
  const bytes = Buffer.alloc(source.size);
  await source.read(0, bytes);
  return bytes;
}

const contents = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }),
  fc.nat(1_000_000).map((length) => Uint8Array.from({ length }, (_, k) => k % 5)),
);

test("round trip", async () => {
  await fc.assert(
    fc.asyncProperty(contents, async (bytes) => {
      expect((await content(gzipSync(bytes))).equals(bytes)).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test("browsers inflate the same", async () => {
  const bytes = Buffer.from("some text ".repeat(1000));
  async function* file() {
    yield Uint8Array.from(gzipSync(bytes));
  }
  const parts: Uint8Array[] = [];
  for await (const part of inflate(file(), "a.gz", { format: "gzip", platform: "web" })) parts.push(part);
  expect(Buffer.concat(parts).equals(bytes)).toBe(true);
});

test("a damaged file is an InputError of one line, or harmless", async () => {
  const bytes = Buffer.from(Array.from({ length: 300 }, (_, k) => (k * k) % 251));
  await fc.assert(
    fc.asyncProperty(mutations(Uint8Array.from(gzipSync(bytes))), async (file) => {
      // name, time and system in the header say nothing about the content
      const outcome = await content(file).catch((error: unknown) => error);
      if (outcome instanceof InputError)
        expect(outcome.message).toMatch(/^a\.gz: damaged [^\n]*; get the file again$/);
      else expect(bytes.equals(outcome as Buffer)).toBe(true);
    }),
  );
});

test("two members, and lengths that lie", async () => {
  const member = gzipSync(Buffer.from("abc"));
  await expect(content(Buffer.concat([member, member]))).rejects.toThrow(
    /it inflates past its declared 3 bytes/,
  );
  const longer = Buffer.from(member);
  longer.writeUInt32LE(2 ** 32 - 1, member.length - 4);
  await expect(content(longer)).rejects.toThrow(/23 bytes cannot hold the declared 4294967295/);
  // zlib leaves what follows a zero byte alone
  const followed = Buffer.concat([member, Buffer.of(0, 9, 0, 0, 0)]);
  await expect(content(followed)).rejects.toThrow(/it inflates to 3 bytes, declared 9/);
  await expect(content(member.subarray(0, 12))).rejects.toThrow(/expected at least 20 bytes, got 12/);
});
