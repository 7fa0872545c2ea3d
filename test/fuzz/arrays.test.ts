/** Files of arrays, weights and images: read as what they then say, or refused in one line. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ArrayCollection, readAll } from "../../src/data/arraySource.ts";
import { fromBytes } from "../../src/data/byteSource.ts";
import { readCifar } from "../../src/data/cifar.ts";
import { readIdx } from "../../src/data/idx.ts";
import { openNpy } from "../../src/data/npy.ts";
import { encodeNpy } from "../../src/data/npyWriter.ts";
import { openNpz } from "../../src/data/npz.ts";
import { encodeNpz } from "../../src/data/npzWriter.ts";
import { opcodes } from "../../src/data/pickleOpcodes.ts";
import { openSafetensors } from "../../src/data/safetensors.ts";
import { encodeSafetensors } from "../../src/data/safetensorsWriter.ts";
import { openStateDict } from "../../src/data/torchFile.ts";
import { encodeZip } from "../../src/data/zipWriter.ts";
import {
  assemble,
  global,
  type Instruction,
  integer,
  little,
  storage,
  text,
  tuple,
} from "../data/pickleAssembler.ts";
import { damaged } from "./damage.ts";
import { readOrRefused } from "./hostile.ts";
import { fuzzing, fuzzTimeout } from "./runs.ts";

/** Reading copies a file a few times: its bytes, their numbers as float64, the text of headers. */
const plain = { perByte: 64, constant: 2 ** 21 };
/** Deflate cannot expand more than 1032 times; what it gives becomes numbers of up to 8 bytes for each byte. */
const compressed = { perByte: 10 * 1032, constant: 2 ** 22 };

type Read = (file: Uint8Array, name: string) => Promise<void>;

const readNpy: Read = async (file, name) => {
  const array = await openNpy(fromBytes(file, name));
  const numbers = await readAll(array);
  expect(numbers.length).toBe(array.shape.reduce((product, length) => product * length, 1));
};

async function readCollection(collection: ArrayCollection): Promise<void> {
  for (const name of collection.names) {
    const array = await collection.array(name);
    const size = array.shape.reduce((product, length) => product * length, 1);
    expect((await readAll(array)).length).toBe(size);
  }
  await collection.close();
}
const readNpz: Read = async (file, name) => readCollection(await openNpz(fromBytes(file, name)));
const readSafetensors: Read = async (file, name) =>
  readCollection(await openSafetensors(fromBytes(file, name)));
const readTorch: Read = async (file, name) => readCollection(await openStateDict(fromBytes(file, name)));
const readImages: Read = async (file, name) => {
  const { shape, data } = await readIdx(fromBytes(file, name), 3);
  expect(data.length).toBe(shape[0] * shape[1] * shape[2]);
};
const readBatch: Read = async (file, name) => {
  const { labels, pixels } = await readCifar([fromBytes(file, name)]);
  expect(pixels.length).toBe(3072 * labels.length);
};

const numbers = Float64Array.from({ length: 12 }, Math.sqrt);
const arrays = {
  jacobian: { data: numbers, shape: [3, 4] },
  residuals: { data: Float32Array.of(1, 2, 3), shape: [3] },
};
const torchFolder = fileURLToPath(new URL("../fixtures/torch/", import.meta.url));
const torchFiles = readdirSync(torchFolder)
  .filter((name) => name.endsWith(".pt") && name !== "legacy.pt")
  .map((name) => Uint8Array.from(readFileSync(torchFolder + name)));
const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, ...new Uint8Array(12).fill(7));

describe("damaged at any place", { timeout: fuzzTimeout }, () => {
  test.each([
    {
      format: "npy",
      files: async () => [encodeNpy(numbers, [3, 4])],
      read: readNpy,
      limits: plain,
      runs: 1500,
    },
    { format: "npz", files: async () => [await encodeNpz(arrays)], read: readNpz, limits: plain, runs: 1500 },
    {
      format: "npz, compressed",
      files: async () => [await encodeNpz(arrays, { compressed: true })],
      read: readNpz,
      limits: compressed,
      runs: 800,
    },
    {
      format: "safetensors",
      files: async () => [encodeSafetensors(arrays, { step: "3" })],
      read: readSafetensors,
      limits: plain,
      runs: 1500,
    },
    { format: "torch.save", files: async () => torchFiles, read: readTorch, limits: plain, runs: 2000 },
    {
      format: "idx, plain and gzip",
      files: async () => [images, Uint8Array.from(gzipSync(images))],
      read: readImages,
      limits: compressed,
      runs: 1000,
    },
    {
      format: "CIFAR batches",
      files: async () => [new Uint8Array(3073 * 2).fill(5)],
      read: readBatch,
      limits: { perByte: 3, constant: 2 ** 22 },
      runs: 150,
    },
  ])("$format", async ({ files, read, limits, runs }) => {
    const whole = await files();
    for (const file of whole) expect(await readOrRefused(file, read, limits)).toBeDefined();
    const cases = fc.nat(whole.length - 1).chain((which) => damaged(whole[which], whole));
    const property = fc.asyncProperty(cases, async (file) => {
      await readOrRefused(file, read, limits);
    });
    await fc.assert(property, fuzzing(runs));
  });
});

describe("well formed, with wild content", { timeout: fuzzTimeout }, () => {
  const sizes = fc.oneof(
    fc.nat(8),
    fc.constantFrom(-1, 0.5, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 1e300, null, "1", true),
  );
  const names = fc.oneof(
    fc.constantFrom("w", "__proto__", "constructor", "", "a\nb", "__metadata__"),
    fc.string(),
  );

  test("headers of safetensors", async () => {
    const entry = fc.record(
      {
        dtype: fc.oneof(
          fc.constantFrom("F32", "F64", "BF16", "I64", "BOOL", "F8_E4M3", "toString"),
          fc.anything(),
        ),
        shape: fc.oneof(fc.array(sizes, { maxLength: 4 }), fc.anything()),
        data_offsets: fc.oneof(fc.tuple(sizes, sizes), fc.array(sizes, { maxLength: 3 })),
      },
      { requiredKeys: [] },
    );
    const header = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.dictionary(names, fc.oneof({ weight: 5, arbitrary: entry }, fc.jsonValue())),
      },
      { weight: 1, arbitrary: fc.jsonValue() },
    );
    const property = fc.asyncProperty(header, fc.nat(64), async (value, length) => {
      const json = new TextEncoder().encode(JSON.stringify(value));
      await readOrRefused(
        Uint8Array.of(...little(json.length, 8), ...json, ...new Uint8Array(length)),
        readSafetensors,
        plain,
      );
    });
    await fc.assert(property, fuzzing(1500));
  });

  test("headers of npy", async () => {
    const word = fc.constantFrom(
      ..."{ } ( ) [ ] , : 'descr' 'shape' 'fortran_order' '<f8' '|O' True False None 3 -1 1e3 99999999999999999999 '\\n'".split(
        " ",
      ),
    );
    const property = fc.asyncProperty(
      fc.array(word, { maxLength: 30 }),
      fc.nat(64),
      async (words, length) => {
        const header = new TextEncoder().encode(words.join(" "));
        const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];
        await readOrRefused(
          Uint8Array.of(...magic, ...little(header.length, 2), ...header, ...new Uint8Array(length)),
          readNpy,
          plain,
        );
      },
    );
    await fc.assert(property, fuzzing(1000));
  });

  test("programs of pickles", async () => {
    const names = Object.keys(opcodes) as (keyof typeof opcodes)[];
    const step: fc.Arbitrary<Instruction> = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...names) },
      { weight: 2, arbitrary: fc.constantFrom(text("w"), text("a\nb"), integer(3), integer(2 ** 40)) },
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          global("torch._utils._rebuild_tensor_v2"),
          global("collections.OrderedDict"),
          global("posix.system"),
          global("torch.FloatStorage"),
          storage("torch.FloatStorage", "0", 3),
          tuple(integer(0), tuple(integer(3)), tuple(integer(1))),
        ),
      },
      { weight: 2, arbitrary: fc.uint8Array({ maxLength: 5 }) },
    );
    const property = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (program) => {
      const bytes = assemble("PROTO", Uint8Array.of(2), program, "STOP");
      const members = [
        { name: "w/data.pkl", bytes },
        { name: "w/data/0", bytes: new Uint8Array(12) },
      ];
      await readOrRefused(await encodeZip(members, false), readTorch, plain);
    });
    await fc.assert(property, fuzzing(2000));
  });
});
