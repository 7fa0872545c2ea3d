import { mkdir, mkdtemp, open, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { readAll } from "../../src/data/arraySource.ts";
import { fromBytes, openFile } from "../../src/data/byteSource.ts";
import { encodeNpy } from "../../src/data/npyWriter.ts";
import { openNpz } from "../../src/data/npz.ts";
import { encodeNpz } from "../../src/data/npzWriter.ts";
import { encodeZip } from "../../src/data/zipWriter.ts";
import { InputError } from "../../src/inputError.ts";
import { mutations, npyFile, npyHeaderText } from "./arrayFixtures.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "npz-"));
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rm(directory, { recursive: true }));

const openBytes = (file: Uint8Array) => openNpz(fromBytes(file, "d.npz"));
const readBytes = async (file: Uint8Array, name: string) =>
  readAll(await (await openBytes(file)).array(name));

const jacobian = Float32Array.from({ length: 60 }, (_, k) => Math.cos(k));
const arrays = {
  jacobian: { data: jacobian, shape: [4, 3, 5] },
  residuals: { data: Float64Array.of(1, -2, 3, 0.5), shape: [4] },
  "nested/größe": { data: BigInt64Array.of(-5n), shape: [] },
  empty: { data: new Float32Array(0), shape: [0, 3] },
};

test.each([false, true])("round trip, compressed: %s", async (compressed) => {
  const archive = await openBytes(await encodeNpz(arrays, { compressed }));
  expect(archive.names).toEqual(Object.keys(arrays));
  for (const [name, { data, shape }] of Object.entries(arrays)) {
    for (const asked of [name, `${name}.npy`]) {
      const array = await archive.array(asked);
      expect(array).toMatchObject({ name: `d.npz:${name}`, shape });
      expect(Array.from(await readAll(array))).toEqual(Array.from(data, Number));
    }
  }
  const array = await archive.array("jacobian");
  expect(await array.read([1, 0, 2], [2, 3, 1], new Float32Array(6))).toEqual(
    Float32Array.of(...[17, 22, 27, 32, 37, 42].map((k) => jacobian[k])),
  );
  await archive.close();
  await expect(readAll(array)).rejects.toThrow(RangeError);
});

test("a missing array is an InputError that lists those present", async () => {
  const archive = await openBytes(await encodeNpz(arrays));
  await expect(archive.array("J")).rejects.toThrow(
    new InputError("d.npz: no array 'J'; it holds jacobian, residuals, nested/größe, empty"),
  );
  const many = Object.fromEntries(Array.from({ length: 22 }, (_, k) => [`a${k}`, arrays.empty]));
  await expect((await openBytes(await encodeNpz(many))).array("b")).rejects.toThrow(/a19, and 2 more$/);
  await expect((await openBytes(await encodeNpz({}))).array("b")).rejects.toThrow(/it holds no array$/);
});

test("what cannot be written is a rejection: other shapes, names that would be refused or changed", async () => {
  const data = Float64Array.of(1);
  for (const name of ["/a", "../a", "c:a", "a\\b", "a\nb", "\ud800", "\ufeffa", "a".repeat(65_532)]) {
    await expect(encodeNpz({ [name]: { data, shape: [1] } })).rejects.toThrow(/^npz: expected names/);
  }
  const longest = "a".repeat(65_531);
  const archive = await openBytes(
    await encodeNpz({ [longest]: { data, shape: [1] }, "..": { data, shape: [1] } }),
  );
  expect(archive.names).toEqual([longest, ".."]);
  await expect(encodeNpz({ a: { data, shape: [2] } })).rejects.toThrow(RangeError);
  await expect(encodeNpz({ a: { data, shape: [-1, -1] } })).rejects.toThrow("non-negative integers");
});

test("members without .npy, folders, other content and a comment", async () => {
  const content = encodeNpy(Float32Array.of(7), [1]);
  const zip = await encodeZip(
    [
      { name: "plain", bytes: content },
      { name: "folder/", bytes: new Uint8Array(0) },
      { name: "folder/a.npy", bytes: content },
      { name: "readme.txt", bytes: new TextEncoder().encode("PK\x05\x06 not the end") },
    ],
    false,
  );
  const comment = new TextEncoder().encode("a comment");
  const file = Uint8Array.of(...zip, ...comment);
  file[zip.length - 2] = comment.length;
  const archive = await openBytes(file);
  expect(archive.names).toEqual(["plain", "folder/a", "readme.txt"]);
  expect(Array.from(await readAll(await archive.array("plain")))).toEqual([7]);
  expect(Array.from(await readAll(await archive.array("folder/a")))).toEqual([7]);
  await expect(archive.array("readme.txt")).rejects.toThrow(/^d\.npz:readme\.txt: expected an npy file/);
});

test("a stored array is read where it lies", async () => {
  const file = await encodeNpz({ a: { data: new Float64Array(100_000), shape: [1000, 100] } });
  const bytes = fromBytes(file, "d.npz");
  const lengths: number[] = [];
  const archive = await openNpz({
    ...bytes,
    read(position, target) {
      lengths.push(target.length);
      return bytes.read(position, target);
    },
  });
  const array = await archive.array("a");
  lengths.length = 0;
  await array.read([500, 0], [2, 100], new Float64Array(200));
  expect(lengths).toEqual([1600]);
});

test("a large compressed array goes to a temporary file that leaves nothing behind", async () => {
  const temporary = join(directory, "temporary");
  await mkdir(temporary);
  vi.stubEnv("TMPDIR", temporary);
  const data = Float64Array.from({ length: 200_000 }, (_, k) => k % 1000);
  const file = await encodeNpz({ a: { data, shape: [2000, 100] } }, { compressed: true });
  const archive = await openNpz(fromBytes(file, "d.npz"), { memoryLimit: 1000 });
  const array = await archive.array("a");
  if (process.platform !== "win32") expect(await readdir(temporary)).toEqual([]);
  expect(await array.read([1234, 0], [1, 100], new Float64Array(100))).toEqual(data.slice(123_400, 123_500));
  expect(await readAll(array)).toEqual(data);
  await archive.close();
  await expect(readAll(array)).rejects.toThrow(RangeError);
  expect(await readdir(temporary)).toEqual([]);

  const damaged = file.slice();
  damaged[file.length >> 1] ^= 255;
  const other = await openNpz(fromBytes(damaged, "d.npz"), { memoryLimit: 1000 });
  await expect(other.array("a")).rejects.toThrow(InputError);
  await other.close();
  expect(await readdir(temporary)).toEqual([]);

  vi.stubEnv("TMPDIR", join(directory, "no such directory"));
  const homeless = await openNpz(fromBytes(file, "d.npz"), { memoryLimit: 1000 });
  await expect(homeless.array("a")).rejects.toThrow(/^d\.npz:a: cannot inflate \d+ bytes .* set TMPDIR/);
});

/** The archive with little-endian integers changed, at offsets from a record of this signature on. */
function patched(
  file: Uint8Array,
  signature: number,
  changes: [offset: number, value: number, bytes?: 2 | 4][],
) {
  const copy = file.slice();
  const view = new DataView(copy.buffer);
  let start = 0;
  while (view.getUint32(start, true) !== signature) start++;
  for (const [offset, value, bytes = 2] of changes) {
    if (bytes === 2) view.setUint16(start + offset, value, true);
    else view.setUint32(start + offset, value, true);
  }
  return copy;
}
const local = 0x04034b50;
const entry = 0x02014b50;
const end = 0x06054b50;

const stored = await encodeNpz({ a: { data: jacobian, shape: [60] }, b: { data: jacobian, shape: [60] } });
const zeros = await encodeNpz({ a: { data: new Float64Array(5000), shape: [5000] } }, { compressed: true });
const named = async (...names: string[]) =>
  encodeZip(
    names.map((name) => ({ name, bytes: encodeNpy(Float32Array.of(1), [1]) })),
    false,
  );

test.each<[what: string, file: Uint8Array, message: RegExp]>([
  ["empty", new Uint8Array(0), /expected a zip archive, found no end of one/],
  ["other content", new TextEncoder().encode("x".repeat(300)), /expected a zip archive, found/],
  ["cut short", stored.slice(0, -1), /the file is other content or cut short/],
  [
    "cut in front",
    stored.slice(5),
    /its directory lies outside|does not begin where|its directory is cut short/,
  ],
  ["encrypted", patched(stored, entry, [[8, 0x801]]), /'a\.npy' is encrypted/],
  ["another method", patched(stored, entry, [[10, 12]]), /'a\.npy' is compressed by method 12/],
  ["several disks", patched(stored, end, [[4, 1]]), /spans several disks/],
  ["a member on another disk", patched(stored, entry, [[34, 1]]), /spans several disks/],
  [
    "fewer entries than counted",
    patched(stored, end, [
      [8, 3],
      [10, 3],
    ]),
    /directory/,
  ],
  [
    "a directory beyond the end",
    patched(stored, end, [[16, 0x7fffffff, 4]]),
    /directory lies outside the file/,
  ],
  [
    "a member beyond the end",
    patched(stored, entry, [[42, 0x7fffffff, 4]]),
    /'a\.npy' overlaps what follows it/,
  ],
  ["two members in one place", patched(stored, entry, [[42, 420, 4]]), /overlaps/],
  ["stored, but of two sizes", patched(stored, entry, [[24, 999, 4]]), /'a\.npy' cannot hold 999 bytes in/],
  [
    "a size no deflate stream reaches",
    patched(zeros, entry, [[24, 2 ** 31, 4]]),
    /cannot hold 2147483648 bytes in/,
  ],
  [
    "a longer content than declared",
    patched(zeros, entry, [[24, 1000, 4]]),
    /inflates past its declared 1000 bytes/,
  ],
  [
    "a shorter content than declared",
    patched(zeros, entry, [[24, 50_000, 4]]),
    /inflates to 40128 bytes, declared 50000/,
  ],
  ["a wrong checksum", patched(zeros, entry, [[16, 1, 4]]), /'a\.npy' fails its checksum/],
  ["a cut deflate stream", patched(zeros, entry, [[20, 60, 4]]), /^d\.npz:a: damaged compressed data: /],
  ["no local header", patched(stored, local, [[0, 0]]), /'a\.npy' does not begin where the directory says/],
  ["a local header of another name", patched(stored, local, [[30, 0x7878]]), /does not begin where/],
  ["a local header of another method", patched(stored, local, [[8, 8]]), /does not begin where/],
  ["a long local extra field", patched(stored, local, [[28, 300]]), /'a\.npy' overlaps what follows it/],
  ["saturated fields without zip64", patched(stored, entry, [[42, 0xffffffff, 4]]), /overlaps/],
  ["a parent path", await named("../a.npy"), /unsafe name "\.\.\/a\.npy"/],
  ["a parent path inside", await named("x/../../a.npy"), /unsafe name/],
  ["an absolute path", await named("/etc/a.npy"), /unsafe name/],
  ["a drive", await named("C:a.npy"), /unsafe name/],
  ["a backslash", await named("..\\a.npy"), /unsafe name/],
  ["a NUL", await named("a\0.npy"), /unsafe name/],
  ["a line break", await named("a\nb.npy"), /unsafe name "a�b\.npy"/],
  ["the same name twice", await named("a.npy", "a.npy"), /two members of the same name/],
  ["the same array twice", await named("a", "a.npy"), /two arrays named 'a'/],
  ["a name that is not UTF-8", patched(stored, entry, [[46, 0xfffe]]), /name is not UTF-8/],
])("refused in one line: %s", async (_, file, message) => {
  const error = await readBytes(file, "a").catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).toMatch(/^d\.npz[^\n]*$/);
});

test("names with dots that are no parent path are kept", async () => {
  expect((await openBytes(await named("..a.npy", "b...npy", "c/.d.npy"))).names).toEqual([
    "..a",
    "b..",
    "c/.d",
  ]);
});

test("a damaged archive is refused or read as what it then says, never worse", async () => {
  const compressed = await encodeNpz({ a: { data: jacobian, shape: [60] } }, { compressed: true });
  for (const file of [stored, compressed]) {
    const property = fc.asyncProperty(mutations(file), async (mutated) => {
      try {
        const archive = await openBytes(mutated);
        for (const name of archive.names) {
          const values = await readAll(await archive.array(name));
          expect(values.length).toBeLessThan(1032 * file.length);
          // What is compressed is checked: it is the right content, or none.
          if (file === compressed) expect(values).toEqual(Float64Array.from(jacobian));
        }
        await archive.close();
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
    });
    await fc.assert(property, { numRuns: 1500 });
  }
});

/** Records of little-endian integers: [value, bytes] pairs. */
function record(...values: [value: number, bytes: number][]): Uint8Array {
  const bytes: number[] = [];
  for (const [value, length] of values) {
    for (let k = 0; k < length; k++) bytes.push(Math.floor(value / 2 ** (8 * k)) % 256);
  }
  return Uint8Array.from(bytes);
}

test("zip64: members and a directory beyond 4 GiB", async () => {
  const text = (value: string) => new TextEncoder().encode(value);
  const rows = 1100;
  const header = npyFile(npyHeaderText("<f4", [rows, 1_000_000]), new Uint8Array(0));
  const bigSize = header.length + 4 * rows * 1_000_000;
  const small = encodeNpy(Float64Array.of(1, 2, 3), [3]);
  // Sizes of the members, and the position of the second, only fit their zip64 fields.
  const localHeader = (name: string, size: number) => [
    record(
      [local, 4],
      [45, 2],
      [0, 2],
      [0, 2],
      [0, 4],
      [0, 4],
      [0xffffffff, 4],
      [0xffffffff, 4],
      [name.length, 2],
      [20, 2],
    ),
    text(name),
    record([1, 2], [16, 2], [size, 8], [size, 8]),
  ];
  const path = join(directory, "large.npz");
  const file = await open(path, "w");
  let position = 0;
  const write = async (...parts: Uint8Array[]) => {
    for (const part of parts) position += (await file.write(part, 0, part.length, position)).bytesWritten;
  };
  await write(...localHeader("J.npy", bigSize), header);
  position += bigSize - header.length;
  await file.write(new Uint8Array(Float32Array.of(2.5).buffer), 0, 4, position - 4);
  const secondPosition = position;
  await write(...localHeader("r.npy", small.length), small);
  const directoryPosition = position;
  const saturated = 0xffffffff;
  const directoryEntry = (name: string, extra: Uint8Array, size: number, at: number) => [
    record([entry, 4], [45, 2], [45, 2], [0, 2], [0, 2], [0, 4], [0, 4], [size, 4], [size, 4]),
    record([name.length, 2], [extra.length, 2], [0, 2], [0, 2], [0, 2], [0, 4], [at, 4]),
    text(name),
    extra,
  ];
  // A field of another kind stands before the zip64 one.
  const bigExtra = record([0x5455, 2], [5, 2], [1, 1], [0, 4], [1, 2], [16, 2], [bigSize, 8], [bigSize, 8]);
  await write(...directoryEntry("J.npy", bigExtra, saturated, 0));
  await write(
    ...directoryEntry("r.npy", record([1, 2], [8, 2], [secondPosition, 8]), small.length, saturated),
  );
  const endPosition = position;
  const directorySize = endPosition - directoryPosition;
  await write(record([0x06064b50, 4], [44, 8], [45, 2], [45, 2], [0, 4], [0, 4], [2, 8], [2, 8]));
  await write(record([directorySize, 8], [directoryPosition, 8]));
  await write(record([0x07064b50, 4], [0, 4], [endPosition, 8], [1, 4]));
  await write(record([end, 4], [0, 2], [0, 2], [2, 2], [2, 2], [directorySize, 4], [saturated, 4], [0, 2]));
  await file.close();

  const archive = await openNpz(await openFile(path));
  const array = await archive.array("J");
  expect(Array.from(await array.read([rows - 1, 999_998], [1, 2], new Float32Array(2)))).toEqual([0, 2.5]);
  expect(Array.from(await readAll(await archive.array("r")))).toEqual([1, 2, 3]);
  await archive.close();
  await rm(path);
});

test("an archive that would need zip64 is not written", async () => {
  const empty = { name: "", bytes: new Uint8Array(0) };
  await expect(encodeZip(new Array(0xffff).fill(empty), false)).rejects.toThrow(RangeError);
});

test("a file on disk is closed with the archive, and where it is refused", async () => {
  const path = join(directory, "small.npz");
  await writeFile(path, stored);
  const bytes = await openFile(path);
  const archive = await openNpz(bytes);
  await archive.close();
  await expect(archive.array("a")).rejects.toThrow(RangeError);
  const refused = await openFile(path);
  const truncated = { ...refused, size: stored.length - 1 };
  await expect(openNpz(truncated)).rejects.toThrow(InputError);
  await expect(refused.read(0, new Uint8Array(1))).rejects.toThrow(RangeError);
});
