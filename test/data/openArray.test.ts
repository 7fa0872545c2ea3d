import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readAll } from "../../src/data/arraySource.ts";
import { encodeNpy } from "../../src/data/npyWriter.ts";
import { encodeNpz } from "../../src/data/npzWriter.ts";
import { openArray, openArrays } from "../../src/data/openArray.ts";
import { encodeSafetensors } from "../../src/data/safetensorsWriter.ts";
import { InputError } from "../../src/inputError.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "open-array-"));
});
afterAll(() => rm(directory, { recursive: true }));

const data = Float64Array.of(1, 2, 3);
const contents = {
  npy: async () => encodeNpy(data, [3]),
  npz: async () => encodeNpz({ a: { data, shape: [3] } }),
  safetensors: async () => encodeSafetensors({ a: { data, shape: [3] } }),
  text: async () => new TextEncoder().encode("1 2 3"),
  nothing: async () => new Uint8Array(0),
};

/** Files are told apart by their content: the extension says nothing. */
async function file(format: keyof typeof contents): Promise<string> {
  const path = join(directory, `${format}.dat`);
  await writeFile(path, await contents[format]());
  return path;
}

test("one array", async () => {
  const path = await file("npy");
  const array = await openArray(path);
  expect(array.name).toBe(path);
  expect(await readAll(array)).toEqual(data);
  await array.close();
});

test.each(["npz", "safetensors"] as const)("named arrays: %s", async (format) => {
  const path = await file(format);
  const arrays = await openArrays(path);
  expect(arrays.names).toEqual(["a"]);
  const array = await arrays.array("a");
  expect(array.name).toBe(`${path}:a`);
  expect(await readAll(array)).toEqual(data);
  await arrays.close();
});

test.each([
  ["npz", openArray, /expected one array \(npy\), got a file of named arrays \(npz\)/],
  ["safetensors", openArray, /expected one array \(npy\), got a file of named arrays \(safetensors\)/],
  ["text", openArray, /expected an npy file, got other content/],
  ["nothing", openArray, /expected an npy file, got other content/],
  ["npy", openArrays, /expected named arrays \(npz or safetensors\), got a single array \(npy\)/],
  ["text", openArrays, /expected named arrays \(npz or safetensors\), got other content/],
  ["nothing", openArrays, /expected named arrays \(npz or safetensors\), got other content/],
] as const)("%s refused by %o", async (format, open, message) => {
  const path = await file(format);
  const error = await open(path).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message).toMatch(message);
});
