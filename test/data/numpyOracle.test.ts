import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readAll } from "../../src/data/arraySource.ts";
import { createNpy, encodeNpy } from "../../src/data/npyWriter.ts";
import { encodeNpz } from "../../src/data/npzWriter.ts";
import { openArray, openArrays } from "../../src/data/openArray.ts";
import { naiveSlab } from "../reference/slab.ts";
import { numpyMissing, runNumpy } from "./numpy.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "numpy-"));
});
afterAll(() => rm(directory, { recursive: true }));

const types = [
  "<f2",
  ">f2",
  "<f4",
  ">f4",
  "<f8",
  ">f8",
  "i1",
  "<i2",
  ">i4",
  "<i8",
  ">i8",
  "u1",
  ">u2",
  "<u4",
  "<u8",
  "?",
];
const shapes = [[], [0], [7], [5, 3], [0, 4], [4, 1, 3], [2, 3, 2, 5]];

describe.skipIf(numpyMissing)(`against numpy ${numpyMissing ?? ""}`, () => {
  test("np.save: element types, byte orders, shapes, both orders, versions", async () => {
    const written = runNumpy(
      `
rng = np.random.default_rng(1)
out = []
for t in ${JSON.stringify(types)}:
  for s in ${JSON.stringify(shapes)}:
    for order in "CF":
      for version in [(1, 0), (2, 0), (3, 0)]:
        a = np.asarray(rng.normal(0, 50, s) if "f" in t else rng.integers(0, 100, s), order=order).astype(t)
        a = np.asarray(a, order=order)
        name = f"a{len(out)}.npy"
        with open(name, "wb") as f: np.lib.format.write_array(f, a, version=version)
        out.append([name, list(a.shape), a.astype("f8").ravel().tolist()])
print(json.dumps(out))`,
      directory,
    );
    const files: [string, number[], number[]][] = JSON.parse(written);
    expect(files.length).toBe(types.length * shapes.length * 2 * 3);
    for (const [name, shape, values] of files) {
      const array = await openArray(join(directory, name));
      expect(array.shape).toEqual(shape);
      expect(Array.from(await readAll(array))).toEqual(values);
      const start = shape.map((length) => Math.min(1, length));
      const count = shape.map((length, axis) => length - start[axis]);
      const expected = naiveSlab(values, shape, start, count);
      expect(Array.from(await array.read(start, count, new Float64Array(expected.length)))).toEqual(expected);
      await array.close();
    }
  });

  test("every float16", async () => {
    const written = runNumpy(
      `
a = np.arange(65536, dtype=np.uint32).astype(np.uint16).view(np.float16)
np.save("half.npy", a)
print(json.dumps([str(x) for x in a.astype("f8").tolist()]))`,
      directory,
    );
    const spelt = { nan: Number.NaN, inf: Number.POSITIVE_INFINITY, "-inf": Number.NEGATIVE_INFINITY };
    const expected = (JSON.parse(written) as string[]).map((text) => spelt[text as "nan"] ?? Number(text));
    const array = await openArray(join(directory, "half.npy"));
    expect(Array.from(await readAll(array))).toEqual(expected);
    await array.close();
  });

  test.each(["savez", "savez_compressed"])("np.%s", async (save) => {
    const written = runNumpy(
      `
rng = np.random.default_rng(2)
a = {"jacobian": np.asfortranarray(rng.normal(size=(40, 3, 17)).astype(">f4")), "residuals": rng.normal(size=(40, 3)), "y": np.arange(40)}
np.${save}("d.npz", **a)
print(json.dumps({k: v.astype("f8").ravel().tolist() for k, v in a.items()}))`,
      directory,
    );
    const archive = await openArrays(join(directory, "d.npz"));
    const expected: Record<string, number[]> = JSON.parse(written);
    expect(archive.names).toEqual(Object.keys(expected));
    for (const name of archive.names) {
      expect(Array.from(await readAll(await archive.array(name)))).toEqual(expected[name]);
    }
    expect(await archive.array("jacobian")).toMatchObject({
      shape: [40, 3, 17],
      order: "F",
      dtype: "float32",
    });
    await archive.close();
  });

  test("numpy reads what the writers write", async () => {
    const data = Float64Array.from({ length: 24 }, (_, k) => Math.sin(k));
    const single = Float32Array.from(data);
    await writeFile(join(directory, "c.npy"), encodeNpy(data, [2, 3, 4]));
    await writeFile(join(directory, "f.npy"), encodeNpy(single, [4, 6], { fortranOrder: true }));
    await writeFile(join(directory, "scalar.npy"), encodeNpy(BigInt64Array.of(-(2n ** 60n)), []));
    const rows = await createNpy(join(directory, "rows.npy"), "float32", [4]);
    for (let k = 0; k < 6; k++) await rows.append(single.subarray(4 * k, 4 * k + 4));
    await rows.close();
    for (const compressed of [false, true]) {
      const arrays = { a: { data, shape: [24] }, "b/ü": { data: Int32Array.of(1, -2), shape: [2, 1] } };
      await writeFile(join(directory, `z${compressed}.npz`), await encodeNpz(arrays, { compressed }));
    }
    const read = runNumpy(
      `
def show(a): return [str(a.dtype), list(a.shape), a.ravel().tolist()]
z = [np.load(f"z{c}.npz") for c in ("false", "true")]
print(json.dumps([show(np.load(n + ".npy")) for n in ("c", "f", "scalar", "rows")] + [show(a[k]) for a in z for k in ("a", "b/ü")]))`,
      directory,
    );
    const transposed = Array.from({ length: 24 }, (_, k) => single[(k % 6) * 4 + Math.floor(k / 6)]);
    const archive = [
      ["float64", [24], Array.from(data)],
      ["int32", [2, 1], [1, -2]],
    ];
    expect(JSON.parse(read)).toEqual([
      ["float64", [2, 3, 4], Array.from(data)],
      ["float32", [4, 6], transposed],
      ["int64", [], [Number(-(2n ** 60n))]],
      ["float32", [6, 4], Array.from(single)],
      ...archive,
      ...archive,
    ]);
  });

  test.each(["dtype='c16'", "dtype='O'", "dtype='U2'", "dtype=[('a', 'f4')]", "dtype='M8[s]'"])(
    "an array of %s is refused",
    async (dtype) => {
      runNumpy(`np.save("refused.npy", np.zeros(3, ${dtype}))`, directory);
      await expect(openArray(join(directory, "refused.npy"))).rejects.toThrow(
        /expected a dtype of plain numbers/,
      );
    },
  );
});
