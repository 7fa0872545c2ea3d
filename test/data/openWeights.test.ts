import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readAll } from "../../src/data/arraySource.ts";
import { encodeNpy } from "../../src/data/npyWriter.ts";
import { encodeNpz } from "../../src/data/npzWriter.ts";
import { openWeights } from "../../src/data/openWeights.ts";
import { encodeSafetensors } from "../../src/data/safetensorsWriter.ts";
import { InputError } from "../../src/inputError.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "open-weights-"));
});
afterAll(() => rm(directory, { recursive: true }));

const fixture = (name: string) => join(import.meta.dirname, "../fixtures/torch", name);
const weight = { data: Float32Array.of(1, 2), shape: [2] };

test("a state_dict of PyTorch", async () => {
  const collection = await openWeights(fixture("compiled.pt"));
  expect(collection.name).toBe(fixture("compiled.pt"));
  expect(collection.names).toEqual(["weight", "bias"]);
  await collection.close();
});

test("safetensors, whatever the file is called", async () => {
  const path = join(directory, "weights.pt");
  await writeFile(path, encodeSafetensors({ weight }));
  const collection = await openWeights(path);
  expect(Array.from(await readAll(await collection.array("weight")))).toEqual([1, 2]);
  await collection.close();
});

test.each<[what: string, content: (() => Promise<Uint8Array>) | string, message: RegExp]>([
  [
    "the format before PyTorch 1.6",
    "legacy.pt",
    /expected a zip file of torch\.save, got the format that PyTorch wrote before version 1\.6; .*_use_new_zipfile_serialization=True/,
  ],
  ["npz", () => encodeNpz({ weight }), /got a zip archive with no data\.pkl; save/],
  [
    "npy",
    async () => encodeNpy(weight.data, [2]),
    /got a single array \(npy\); save the weights alone: torch\.save\(model\.state_dict\(\)/,
  ],
  ["text", async () => new TextEncoder().encode("1 2"), /expected weights .*, got other content; save/],
  ["nothing", async () => new Uint8Array(0), /got other content/],
])("refused in one line: %s", async (_, content, message) => {
  const path = typeof content === "string" ? fixture(content) : join(directory, "w.pt");
  if (typeof content !== "string") await writeFile(path, await content());
  const error = await openWeights(path).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).toMatch(/^[^\n]*$/);
  await expect(openWeights(join(directory, "missing.pt"))).rejects.toThrow(/missing\.pt: no such file/);
});
