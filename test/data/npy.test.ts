import { existsSync } from "node:fs";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readAll } from "../../src/data/arraySource.ts";
import { fromBytes, openFile } from "../../src/data/byteSource.ts";
import { openNpy } from "../../src/data/npy.ts";
import { createNpy, encodeNpy } from "../../src/data/npyWriter.ts";
import { InputError } from "../../src/inputError.ts";
import { columnMajor, naiveSlab } from "../reference/slab.ts";
import { elementFile, mutations, npyFile, npyHeaderText, slabs } from "./arrayFixtures.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "npy-"));
});
afterAll(() => rm(directory, { recursive: true }));

const openBytes = (file: Uint8Array) => openNpy(fromBytes(file, "a.npy"));

test.each([1, 2, 3])("version %i.0", async (version) => {
  const file = npyFile(
    npyHeaderText("<f4", [2, 3]),
    elementFile([1, 2, 3, 4, 5, 6], "float32", true),
    version,
  );
  const array = await openBytes(file);
  expect(array).toMatchObject({ name: "a.npy", shape: [2, 3], dtype: "float32", order: "C" });
  expect(Array.from(await readAll(array))).toEqual([1, 2, 3, 4, 5, 6]);
});

test.each([
  ["<f8", "float64", true],
  [">f8", "float64", false],
  ["<f4", "float32", true],
  [">f4", "float32", false],
  ["<i8", "int64", true],
  [">i8", "int64", false],
  [">i4", "int32", false],
  ["<i2", "int16", true],
  [">u2", "uint16", false],
  ["<u4", "uint32", true],
  [">u8", "uint64", false],
  ["|u1", "uint8", true],
  ["|i1", "int8", true],
  ["|b1", "bool", true],
] as const)("elements of %s", async (descr, dtype, littleEndian) => {
  const values = dtype === "bool" ? [0, 1, 1] : dtype.startsWith("u") ? [0, 7, 100] : [-100, 0, 7];
  const array = await openBytes(npyFile(npyHeaderText(descr, [3]), elementFile(values, dtype, littleEndian)));
  expect(array.dtype).toBe(dtype);
  expect(Array.from(await readAll(array))).toEqual(values);
});

test.each(["=f4", "|f4", "f4"])("%s is the host's own byte order", async (descr) => {
  const values = Float32Array.of(1.5, -2);
  const array = await openBytes(npyFile(npyHeaderText(descr, [2]), new Uint8Array(values.buffer)));
  expect(Array.from(await readAll(array))).toEqual([1.5, -2]);
});

test("NaN, infinities and -0 pass through", async () => {
  const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324];
  const array = await openBytes(npyFile(npyHeaderText(">f8", [5]), elementFile(values, "float64", false)));
  expect(Array.from(await readAll(array))).toEqual(values);
});

test("64-bit integers are exact or refused", async () => {
  const file = (values: bigint[]) => encodeNpy(BigInt64Array.from(values), [values.length]);
  const largest = 2n ** 53n - 1n;
  expect(Array.from(await readAll(await openBytes(file([largest, -largest]))))).toEqual([
    2 ** 53 - 1,
    1 - 2 ** 53,
  ]);
  for (const value of [2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n]) {
    await expect(openBytes(file([1n, value])).then(readAll)).rejects.toThrow(
      /^a\.npy: expected integers of magnitude/,
    );
  }
  const unsigned = encodeNpy(BigUint64Array.of(2n ** 53n - 1n, 2n ** 64n - 1n), [2]);
  const array = await openBytes(unsigned);
  expect(await array.read([0], [1], new Float64Array(1))).toEqual(Float64Array.of(2 ** 53 - 1));
  await expect(readAll(array)).rejects.toThrow(InputError);
});

test("what numpy 1 and Python 2 wrote: long integers, other quotes, other spacing and key order", async () => {
  const header = '{"shape":(2L , 1L,), "fortran_order" : False,"descr":"<f4"}';
  const array = await openBytes(npyFile(header, elementFile([1, 2], "float32", true)));
  expect(array.shape).toEqual([2, 1]);
});

test("round trip of any shape and order, read in slabs", async () => {
  await fc.assert(
    fc.asyncProperty(slabs, fc.boolean(), async ({ shape, start, count }, fortranOrder) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const values = Float64Array.from({ length: size }, (_, k) => Math.sin(k) * 10 ** ((k % 40) - 20));
      const data = fortranOrder ? Float64Array.from(columnMajor(values, shape)) : values;
      const array = await openBytes(encodeNpy(data, shape, { fortranOrder }));
      expect(array.shape).toEqual(shape);
      const expected = naiveSlab(values, shape, start, count);
      expect(Array.from(await array.read(start, count, new Float64Array(expected.length)))).toEqual(expected);
      expect(await readAll(array)).toEqual(values);
    }),
  );
});

const good = npyHeaderText("<f4", [2]);
const eight = new Uint8Array(8);
test.each<[what: string, file: Uint8Array, message: RegExp]>([
  ["empty", new Uint8Array(0), /expected an npy file, got other content/],
  ["text", new TextEncoder().encode("1,2,3\n4,5,6\n"), /expected an npy file, got other content/],
  ["version 4", npyFile(good, eight, 4), /expected npy version 1.0, 2.0 or 3.0, got 4.0/],
  ["magic only", npyFile(good, eight).slice(0, 9), /header of at most 9 bytes/],
  [
    "cut in the header",
    npyFile(good, eight).slice(0, 40),
    /damaged npy header: expected a header of at most 40 bytes/,
  ],
  [
    "a long header",
    npyFile(good + " ".repeat(2 ** 16), eight, 2),
    /header of at most 65536 bytes, got 65\d{3}/,
  ],
  [
    "cut in the data",
    npyFile(good, new Uint8Array(7)),
    /expected 8 bytes for float32 of shape \(2\), got 7: cut short/,
  ],
  ["a second array", npyFile(good, new Uint8Array(88)), /expected 8 bytes .* got 88: more than one array/],
  [
    "half precision of 16 bytes",
    npyFile(npyHeaderText("<f16", [1]), new Uint8Array(16)),
    /plain numbers, got '<f16'; .*astype/,
  ],
  [
    "complex",
    npyFile(npyHeaderText("<c8", [1]), eight),
    /got '<c8' \(complex\); save it with .astype\('float32'\)/,
  ],
  ["strings", npyFile(npyHeaderText("<U3", [1]), eight), /got '<U3' \(strings\)/],
  ["objects", npyFile(npyHeaderText("|O", [1]), eight), /got '\|O' \(objects\)/],
  [
    "a structure",
    npyFile(good.replace("'<f4'", "[('a', '<f4'), ('b', '<i4', (2,))]"), eight),
    /a structured dtype/,
  ],
  [
    "a negative size",
    npyFile(npyHeaderText("<f4", [-2]), eight),
    /'shape' as a tuple of sizes ≥ 0, got \[-2\]/,
  ],
  ["a size beyond 2^53", npyFile(good.replace("(2,)", "(99999999999999999999,)"), eight), /tuple of sizes/],
  [
    "a product beyond 2^53",
    npyFile(npyHeaderText("<f4", [2 ** 40, 2 ** 40]), eight),
    /expected over 2\^53 bytes/,
  ],
  [
    "a product beyond 2^53 with a 0",
    npyFile(npyHeaderText("<f4", [2 ** 40, 0, 2 ** 40]), eight),
    /expected over 2\^53/,
  ],
  ["a shape that is a number", npyFile(good.replace("(2,)", "(2)"), eight), /expected a comma at character/],
  ["a shape of strings", npyFile(good.replace("(2,)", "('2',)"), eight), /tuple of sizes/],
  [
    "65 axes",
    npyFile(npyHeaderText("<f4", new Array(65).fill(1)), new Uint8Array(4)),
    /at most 64 axes, got 65/,
  ],
  [
    "an order that is no boolean",
    npyFile(good.replace("False", "0"), eight),
    /'fortran_order' True or False, got 0/,
  ],
  [
    "a missing key",
    npyFile("{'descr': '<f4', 'shape': (2,)}", eight),
    /keys descr, fortran_order, shape, got descr, shape/,
  ],
  ["no keys", npyFile("{}", eight), /got none/],
  ["a key too many", npyFile(good.replace("}", "'x': 1}"), eight), /got descr, fortran_order, shape, x/],
  ["a key twice", npyFile(good.replace("}", "'descr': '<f8'}"), eight), /no second 'descr'/],
  ["code", npyFile("__import__('os').system('true')", eight), /expected \{ at character 0/],
  ["an expression", npyFile(good.replace("2,", "1+1,"), eight), /expected a comma at character 52, got/],
  ["text behind the dict", npyFile(`${good}; x`, eight), /expected nothing more/],
  ["an open string", npyFile("{'descr", eight), /expected a quoted key/],
  ["deep nesting", npyFile(`{'descr': ${"(".repeat(30_000)}`, eight), /damaged npy header/],
])("refused in one line: %s", async (_, file, message) => {
  const error = await openBytes(file).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).toMatch(/^a\.npy: [^\n]*$/);
});

test("a damaged file is refused or read as what it then says, never worse", async () => {
  const files = [
    encodeNpy(Float32Array.from({ length: 12 }, Math.sqrt), [3, 4]),
    npyFile(npyHeaderText(">i8", [2, 1, 3], true), elementFile([1, 2, 3, 4, 5, 6], "int64", false), 2),
  ];
  for (const file of files) {
    const property = fc.asyncProperty(mutations(file), async (mutated) => {
      try {
        const array = await openBytes(mutated);
        const size = array.shape.reduce((product, length) => product * length, 1);
        expect(size).toBeLessThanOrEqual(mutated.length);
        expect((await readAll(array)).length).toBe(size);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
    });
    await fc.assert(property, { numRuns: 2000 });
  }
});

test("a file is closed where it is refused", async () => {
  let closed = false;
  const source = fromBytes(new Uint8Array(20), "a.npy");
  await expect(
    openNpy({
      ...source,
      async close() {
        closed = true;
      },
    }),
  ).rejects.toThrow(InputError);
  expect(closed).toBe(true);
});

test("elements beyond 4 GiB in a file on disk", async () => {
  const shape = [700, 2_000_000];
  const header = npyFile(npyHeaderText("<f4", shape), new Uint8Array(0));
  const path = join(directory, "sparse.npy");
  const file = await open(path, "w");
  await file.write(header, 0);
  await file.truncate(header.length + 4 * 700 * 2_000_000);
  const [row, column] = [650, 1_234_567];
  const position = header.length + 4 * (row * 2_000_000 + column);
  expect(position).toBeGreaterThan(2 ** 32);
  await file.write(elementFile([3.5, -7], "float32", true), 0, 8, position);
  await file.close();
  const array = await openNpy(await openFile(path));
  const tile = await array.read([row - 1, column - 1], [3, 4], new Float32Array(12));
  expect(Array.from(tile)).toEqual([0, 0, 0, 0, 0, 3.5, -7, 0, 0, 0, 0, 0]);
  await array.close();
});

test("rows appended one block after the other, of which none is in memory twice", async () => {
  const path = join(directory, "rows.npy");
  const writer = await createNpy(path, "float32", [2, 3]);
  await writer.append(Float32Array.of(0, 1, 2, 3, 4, 5));
  await writer.append(new Float32Array(0));
  await Promise.all([
    writer.append(Float32Array.from({ length: 12 }, (_, k) => 6 + k)),
    writer.append(Float32Array.from({ length: 6 }, (_, k) => 18 + k)),
  ]);
  await expect(writer.append(new Float32Array(5))).rejects.toThrow(RangeError);
  await expect(writer.append(new Float64Array(6))).rejects.toThrow(RangeError);
  await expect(openFile(path).then(openNpy)).rejects.toThrow(InputError);
  await writer.close();
  const whole = encodeNpy(
    Float32Array.from({ length: 24 }, (_, k) => k),
    [4, 2, 3],
  );
  expect(new Uint8Array(await readFile(path))).toEqual(whole);
});

test("what cannot be written", async () => {
  await expect(createNpy(join(directory, "no", "such.npy"), "float64", [2])).rejects.toThrow(
    /no.such\.npy: expected a place to write to, got no such file or folder; choose another or make room$/,
  );
  for (const shape of [
    [2, 0],
    [-2, -3],
    [0.5, 2],
  ]) {
    await expect(createNpy(join(directory, "wrong.npy"), "float64", shape)).rejects.toThrow(RangeError);
  }
  expect(() => encodeNpy(new Float32Array(5), [2, 3])).toThrow(RangeError);
  expect(() => encodeNpy(new Float32Array(6), [-2, -3])).toThrow(
    new RangeError("npy: expected a shape of non-negative integers, got (-2, -3)"),
  );
  expect(() => encodeNpy(new Float32Array(1), [0.5, 2])).toThrow("non-negative integers");
});

test.skipIf(!existsSync("/dev/full"))(
  "no room is said in one line (skipped where there is no /dev/full)",
  async () => {
    const full = "/dev/full: expected a place to write to, got a full disk; choose another or make room";
    await expect(createNpy("/dev/full", "float32", [2])).rejects.toThrow(new InputError(full));
    const path = join(directory, "room.npy");
    const writer = await createNpy(path, "float32", [2]);
    await writer.close();
    const file = await openFile(path);
    expect((await openNpy(file)).shape).toEqual([0, 2]);
    await file.close();
  },
);
