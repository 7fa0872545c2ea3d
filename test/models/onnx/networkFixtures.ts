/** Networks of PyTorch with what it computes for them: test/fixtures/networks/make.py says what the files hold. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readAll } from "../../../src/data/arraySource.ts";
import { openArrays } from "../../../src/data/openArray.ts";

const folder = fileURLToPath(new URL("../../fixtures/networks/", import.meta.url));
const files = readdirSync(folder);

export interface FixtureArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export interface NetworkFixture {
  readonly name: string;
  /** Of its ONNX exports, which all are the same function. */
  readonly exports: readonly string[];
  arrays(): Promise<ReadonlyMap<string, FixtureArray>>;
}

export const networkFixtures: readonly NetworkFixture[] = files
  .filter((file) => file.endsWith(".npz"))
  .map((file) => {
    const name = file.slice(0, -4);
    return {
      name,
      exports: files.filter((each) => each.startsWith(`${name}-`) && each.endsWith(".onnx")),
      arrays: () => readArrays(folder + file),
    };
  });

export function fixtureBytes(file: string): Uint8Array {
  return readFileSync(folder + file);
}

async function readArrays(path: string): Promise<Map<string, FixtureArray>> {
  const collection = await openArrays(path);
  const arrays = new Map<string, FixtureArray>();
  for (const name of collection.names) {
    const { shape, ...source } = await collection.array(name);
    arrays.set(name, { shape, data: await readAll({ shape, ...source }) });
  }
  await collection.close();
  return arrays;
}
