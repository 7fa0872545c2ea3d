import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noisegeo, scratchFolder } from "./noisegeo.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const at = (...parts: string[]) => join(scratch.path, ...parts);

const mebibyte = 2 ** 20;
/** What the program takes by itself (docs/scale.md). */
const base = 400 * mebibyte;
/** As floats they would be 1.2 GB and 0.5 GB. */
const [images, digits] = [100_000, 150_000];
const limit = 160;

const config = (name: string, more = "") => `
data: { name: ${name}, folder: ${name} }
model: { name: lenet, channels: [2, 2], hidden: [8] }
loss: mse
optimiser: { batchSize: 32 }
schedule: { name: constant, learningRate: 0.01 }
steps: 6
checkpoints: { every: 6 }
instruments: [{ quantities: [loss], every: 6, samples: 500 }]
${more}`;

/** Pixels that differ from image to image, in pieces of a few hundred KiB. */
function* pieces(count: number, width: number, headed: boolean) {
  const piece = 100;
  for (let start = 0; start < count; start += piece) {
    const bytes = Buffer.alloc(piece * width);
    for (let k = 0; k < bytes.length; k++) bytes[k] = ((start + k) * 2654435761) >>> 24;
    if (headed) for (let i = 0; i < piece; i++) bytes[i * width] = (start + i) % 10;
    yield bytes;
  }
}

function idxHeader(...shape: readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header[2] = 8;
  header[3] = shape.length;
  for (const [axis, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * axis);
  return header;
}

beforeAll(async () => {
  mkdirSync(at("cifar10"));
  await pipeline(pieces(images, 3073, true), createWriteStream(at("cifar10", "data_batch_1.bin")));
  mkdirSync(at("mnist"));
  const labels = Buffer.from(Uint8Array.from({ length: digits }, (_, i) => i % 10));
  writeFileSync(at("mnist", "train-labels-idx1-ubyte"), Buffer.concat([idxHeader(digits), labels]));
  const compressed = createWriteStream(at("mnist", "train-images-idx3-ubyte.gz"));
  const content = function* () {
    yield idxHeader(digits, 28, 28);
    yield* pieces(digits, 784, false);
  };
  await pipeline(content, createGzip({ level: 1 }), compressed);
  for (const name of ["cifar10", "mnist"]) writeFileSync(at(`${name}.yaml`), config(name));
});

const run = async (...words: string[]) => {
  const { code, stdout, stderr } = await noisegeo([...words, "--json", "-"], { cwd: scratch.path });
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
};

describe.each(["cifar10", "mnist"])("%s of hundreds of megabytes", (name) => {
  test("is trained on and measured within --memory, to the bit as with all of it in memory", async () => {
    const within = [`--memory`, `${limit}M`];
    const trained = await run("train", `${name}.yaml`, "--out", `${name}-blocks`, ...within);
    const whole = await run("train", `${name}.yaml`, "--out", `${name}-whole`);
    expect(trained.final).toEqual(whole.final);
    expect(trained.memory.limit).toBe(limit * mebibyte);
    expect(trained.memory.peak).toBeLessThan(limit * mebibyte + base);

    const sampled = ["--precision", "f32", "--estimate", "5000", "--seed", "2"];
    const { memory, ...estimated } = await run("measure", "--run", `${name}-blocks`, ...sampled, ...within);
    expect(memory.peak).toBeLessThan(limit * mebibyte + base);
    expect(estimated.samples).toBe(name === "mnist" ? digits : images);
    expect(estimated.estimate.exact).toBe(false);
  });
});
