import fc from "fast-check";
import { expect, test } from "vitest";
import { readAll } from "../../src/data/arraySource.ts";
import { fromBytes } from "../../src/data/byteSource.ts";
import { openSafetensors } from "../../src/data/safetensors.ts";
import { encodeSafetensors } from "../../src/data/safetensorsWriter.ts";
import { InputError } from "../../src/inputError.ts";
import { naiveSlab } from "../reference/slab.ts";
import { elementFile, mutations, slabs } from "./arrayFixtures.ts";

const openBytes = (file: Uint8Array) => openSafetensors(fromBytes(file, "w.safetensors"));

/** A file with this header, as text or as what JSON makes of it, and these bytes behind. */
function tensorFile(
  header: string | object,
  elements: Uint8Array = new Uint8Array(0),
  length?: bigint,
): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + elements.length);
  new DataView(file.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  file.set(text, 8);
  file.set(elements, 8 + text.length);
  return file;
}

test.each([
  ["F64", "float64", [1.5, -2]],
  ["F32", "float32", [1.5, -2]],
  ["I64", "int64", [-(2 ** 53) + 1, 3]],
  ["I32", "int32", [-7, 3]],
  ["I16", "int16", [-7, 3]],
  ["I8", "int8", [-7, 3]],
  ["U64", "uint64", [2 ** 53 - 1, 3]],
  ["U32", "uint32", [2 ** 32 - 1, 3]],
  ["U16", "uint16", [65535, 3]],
  ["U8", "uint8", [255, 3]],
  ["BOOL", "bool", [1, 0]],
] as const)("elements of %s, unaligned", async (code, dtype, values) => {
  const elements = elementFile(values, dtype, true);
  const header = {
    first: { dtype: "U8", shape: [], data_offsets: [0, 1] },
    t: { dtype: code, shape: [2], data_offsets: [1, 1 + elements.length] },
  };
  const collection = await openBytes(tensorFile(header, Uint8Array.of(9, ...elements)));
  const array = await collection.array("t");
  expect(array).toMatchObject({ name: "w.safetensors:t", shape: [2], dtype, order: "C" });
  expect(Array.from(await readAll(array))).toEqual(values);
});

test("16-bit floats: all patterns of bfloat16, chosen ones of float16", async () => {
  const patterns = Array.from({ length: 2 ** 16 }, (_, k) => k);
  const header = { t: { dtype: "BF16", shape: [256, 256], data_offsets: [0, 2 ** 17] } };
  const array = await (await openBytes(tensorFile(header, elementFile(patterns, "bfloat16", true)))).array(
    "t",
  );
  const upperHalves = new DataView(new ArrayBuffer(4));
  const expected = patterns.map((pattern) => {
    upperHalves.setUint16(0, pattern);
    return upperHalves.getFloat32(0);
  });
  expect(Array.from(await readAll(array))).toEqual(expected);

  // Published examples of binary16.
  const half = [
    [0x0001, 2 ** -24],
    [0x03ff, 2 ** -14 * (1023 / 1024)],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x3bff, 1 - 2 ** -11],
    [0x3c00, 1],
    [0x3c01, 1 + 2 ** -10],
    [0x7bff, 65504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
    [0x8000, -0],
    [0xc000, -2],
  ];
  const elements = elementFile(
    half.map(([pattern]) => pattern),
    "float16",
    true,
  );
  const halfHeader = { h: { dtype: "F16", shape: [half.length], data_offsets: [0, elements.length] } };
  const halves = await readAll(await (await openBytes(tensorFile(halfHeader, elements))).array("h"));
  expect(Array.from(halves)).toEqual(half.map(([, value]) => value));
});

test("round trip of any tensors, read in slabs", async () => {
  const metadata = { format: "pt", note: "größe \"'\\" };
  await fc.assert(
    fc.asyncProperty(fc.array(slabs, { maxLength: 4 }), async (tensors) => {
      const named = Object.fromEntries(
        tensors.map(({ shape }, t) => {
          const size = shape.reduce((product, length) => product * length, 1);
          const values = Array.from({ length: size }, (_, k) => k - 7 * t);
          const data = t % 2 === 0 ? Float32Array.from(values) : Float64Array.from(values);
          return [`layer.${t}`, { data, shape }];
        }),
      );
      const collection = await openBytes(encodeSafetensors(named, metadata));
      expect([...collection.names].sort()).toEqual(Object.keys(named));
      expect(collection.metadata).toEqual(metadata);
      for (const [t, { shape, start, count }] of tensors.entries()) {
        const array = await collection.array(`layer.${t}`);
        const expected = naiveSlab(named[`layer.${t}`].data, shape, start, count);
        expect(Array.from(await array.read(start, count, new Float64Array(expected.length)))).toEqual(
          expected,
        );
      }
      await collection.close();
    }),
  );
});

test("elements are aligned in what is written, and a file without metadata has none", async () => {
  const file = encodeSafetensors({ a: { data: Float64Array.of(3), shape: [] } });
  expect(Number(new DataView(file.buffer).getBigUint64(0, true)) % 8).toBe(0);
  expect((await openBytes(file)).metadata).toEqual({});
  expect(() => encodeSafetensors({ a: { data: new Float32Array(3), shape: [2] } })).toThrow(RangeError);
});

test("axes that are no sizes and a tensor named as the metadata are not written", () => {
  const data = new Float32Array(6);
  expect(() => encodeSafetensors({ a: { data, shape: [-2, -3] } })).toThrow(
    new RangeError("a: expected a shape of non-negative integers, got (-2, -3)"),
  );
  expect(() => encodeSafetensors({ a: { data, shape: [1.5, 4] } })).toThrow("non-negative integers");
  expect(() => encodeSafetensors({ __metadata__: { data, shape: [6] } })).toThrow(RangeError);
});

test("tensors of other types are listed, and refused when they are opened; names like object properties are names", async () => {
  const header = {
    constructor: { dtype: "F8_E4M3", shape: [4], data_offsets: [0, 4] },
    toString: { dtype: "U8", shape: [1], data_offsets: [4, 5] },
  };
  const text = JSON.stringify(header).replace("constructor", "__proto__");
  const collection = await openBytes(tensorFile(text, new Uint8Array(5)));
  expect(collection.names).toEqual(["__proto__", "toString"]);
  await expect(collection.array("__proto__")).rejects.toThrow(
    /__proto__: expected one of F64, .* got F8_E4M3; convert/,
  );
  expect(Array.from(await readAll(await collection.array("toString")))).toEqual([0]);
  await expect(collection.array("valueOf")).rejects.toThrow(
    new InputError("w.safetensors: no array 'valueOf'; it holds __proto__, toString"),
  );
  await collection.close();
});

const entry = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
const eight = new Uint8Array(8);
test.each<[what: string, file: Uint8Array, message: RegExp]>([
  ["empty", new Uint8Array(0), /expected at least 10 bytes, got 0/],
  [
    "a header longer than the file",
    tensorFile({ t: entry }, eight, 10_000n),
    /header of at most 62 bytes, got 10000/,
  ],
  ["a header of 2^64 - 1 bytes", tensorFile({ t: entry }, eight, 2n ** 64n - 1n), /got 18446744073709551615/],
  ["no JSON", tensorFile("{'t': 1}"), /expected JSON/],
  ["a list", tensorFile("[1,2,3]"), /expected a JSON object/],
  ["no UTF-8", tensorFile({ t: entry }, eight).fill(0xff, 10, 11), /expected JSON/],
  [
    "a key twice",
    tensorFile(`{"t":${JSON.stringify(entry)},"t":${JSON.stringify(entry)}}`, eight),
    /"t" occurs twice/,
  ],
  ["a key twice, escaped", tensorFile(`{"t":${JSON.stringify(entry)},"\\u0074" :[]}`, eight), /occurs twice/],
  [
    "metadata of numbers",
    tensorFile({ __metadata__: { a: 1 } }),
    /expected '__metadata__' to hold strings only/,
  ],
  [
    "a tensor without a shape",
    tensorFile({ t: { dtype: "F32", data_offsets: [0, 8] } }, eight),
    /'t' to have dtype, shape/,
  ],
  ["a field too many", tensorFile({ t: { ...entry, x: 1 } }, eight), /'t' to have dtype, shape/],
  ["a tensor that is null", tensorFile({ t: null }), /'t' to have dtype, shape/],
  ["a negative size", tensorFile({ t: { ...entry, shape: [-2] } }, eight), /sizes ≥ 0/],
  ["a size that is a fraction", tensorFile({ t: { ...entry, shape: [0.5] } }, eight), /sizes ≥ 0/],
  ["three offsets", tensorFile({ t: { ...entry, data_offsets: [0, 4, 8] } }, eight), /two data_offsets/],
  [
    "a wrong length",
    tensorFile({ t: { ...entry, shape: [3] } }, eight),
    /expected 12 bytes for 't', F32 of shape \(3\), got 8/,
  ],
  [
    "an overflowing shape",
    tensorFile({ t: { ...entry, shape: [2 ** 40, 2 ** 40] } }, eight),
    /expected over 2\^53 bytes/,
  ],
  [
    "offsets the wrong way round",
    tensorFile({ t: { dtype: "X", shape: [], data_offsets: [8, 0] } }, eight),
    /got -8/,
  ],
  [
    "overlapping tensors",
    tensorFile({ a: entry, b: { ...entry, data_offsets: [4, 12] } }, new Uint8Array(12)),
    /'b' begins at byte 4, expected 8/,
  ],
  [
    "a hole",
    tensorFile({ a: { ...entry, data_offsets: [4, 12] } }, new Uint8Array(12)),
    /'a' begins at byte 4, expected 0/,
  ],
  ["cut short", tensorFile({ t: entry }, new Uint8Array(7)), /expected \d+ bytes, got \d+/],
  ["bytes left over", tensorFile({ t: entry }, new Uint8Array(9)), /expected \d+ bytes, got \d+/],
])("refused in one line: %s", async (_, file, message) => {
  const error = await openBytes(file).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).toMatch(/^w\.safetensors: [^\n]*$/);
});

test("a damaged file is refused or read as what it then says, never worse", async () => {
  const file = encodeSafetensors(
    {
      a: { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] },
      b: { data: BigInt64Array.of(5n), shape: [1] },
    },
    { format: "pt" },
  );
  const property = fc.asyncProperty(mutations(file), async (mutated) => {
    try {
      const collection = await openBytes(mutated);
      for (const name of collection.names) {
        expect((await readAll(await collection.array(name))).length).toBeLessThanOrEqual(mutated.length);
      }
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
    }
  });
  await fc.assert(property, { numRuns: 3000 });
});
