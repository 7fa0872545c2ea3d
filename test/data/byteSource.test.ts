import { mkdtemp, open, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { byteRange, fromBytes, openFile } from "../../src/data/byteSource.ts";
import { InputError } from "../../src/inputError.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "byte-source-"));
});
afterAll(() => rm(directory, { recursive: true }));

const content = Uint8Array.from({ length: 1000 }, (_, k) => (k * 37) % 256);

async function contentFile(): Promise<string> {
  const path = join(directory, "content");
  await writeFile(path, content);
  return path;
}

const makers = {
  "a file": async () => openFile(await contentFile()),
  "bytes in memory": async () => fromBytes(content, "memory"),
  "a range of bytes": async () =>
    byteRange(fromBytes(Uint8Array.of(1, 2, ...content, 3), "outer"), 2, 1000, "range"),
};

test.each(Object.entries(makers))("%s: any part is read, and nothing past the end", async (_, make) => {
  const source = await make();
  expect(source.size).toBe(1000);
  for (const [position, length] of [
    [0, 1000],
    [999, 1],
    [1000, 0],
    [123, 456],
  ]) {
    const target = new Uint8Array(length);
    await source.read(position, target);
    expect(target).toEqual(content.subarray(position, position + length));
  }
  await expect(source.read(999, new Uint8Array(2))).rejects.toThrow(InputError);
  await source.close();
  await source.close();
  await expect(source.read(0, new Uint8Array(1))).rejects.toThrow(RangeError);
});

test("closing a file waits for the reads under way", async () => {
  const source = await openFile(await contentFile());
  const targets = Array.from({ length: 200 }, () => new Uint8Array(1000));
  const reads = targets.map((target) => source.read(0, target));
  await source.close();
  await Promise.all(reads);
  expect(targets.every((target) => Buffer.compare(target, content) === 0)).toBe(true);
});

test("a file that was cut short after it was opened", async () => {
  const path = await contentFile();
  const source = await openFile(path);
  await truncate(path, 500);
  await expect(source.read(400, new Uint8Array(200))).rejects.toThrow(
    new InputError(`${path}: ends at byte 500, expected at least 600; the file is cut short`),
  );
  await source.close();
});

test("bytes beyond 4 GiB", async () => {
  const path = join(directory, "sparse");
  const file = await open(path, "w");
  const position = 5 * 2 ** 30 + 3;
  await file.write(content, 0, 1000, position);
  await file.close();
  const source = await openFile(path);
  expect(source.size).toBe(position + 1000);
  const target = new Uint8Array(1002);
  await source.read(position - 2, target);
  expect(target).toEqual(Uint8Array.of(0, 0, ...content));
  await source.close();
  await rm(path);
});

test("what is no readable file is an InputError that names it", async () => {
  const missing = join(directory, "missing.npy");
  await expect(openFile(missing)).rejects.toThrow(new InputError(`${missing}: no such file; check the path`));
  const inside = join(await contentFile(), "inside.npy");
  await expect(openFile(inside)).rejects.toThrow(new InputError(`${inside}: no such file; check the path`));
  await expect(openFile(directory)).rejects.toThrow(`${directory}: expected a regular file`);
  await expect(openFile("a\0b")).rejects.toThrow(InputError);
});

test.skipIf(process.platform === "win32")(
  "a device is refused (skipped on Windows, which has no /dev)",
  async () => {
    await expect(openFile("/dev/zero")).rejects.toThrow("/dev/zero: expected a regular file");
  },
);
